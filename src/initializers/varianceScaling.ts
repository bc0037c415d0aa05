import { sizeOf } from '../core/shape.ts';
import type { Initializer, KernelSpec } from './initializer.ts';

type Scaling = Omit<Initializer, 'draw'> & { readonly distribution: 'normal' | 'uniform' } & Required<
    Pick<Initializer, 'variance'>
  >;

/**
 * Independent weights of a given variance v: normal with σ = √v, or uniform in ±√(3v). The normal is not truncated, so
 * nothing is lost (tfjs truncates at ±2σ without correction and keeps 0.774 of the variance).
 */
export function varianceScaling({ distribution, ...scheme }: Scaling): Initializer {
  return {
    ...scheme,
    draw(kernel: KernelSpec, random) {
      const v = scheme.variance(kernel);
      const weights = new Float32Array(sizeOf(kernel.shape));
      const scale = distribution === 'normal' ? Math.sqrt(v) : Math.sqrt(3 * v);
      for (let i = 0; i < weights.length; i++) {
        weights[i] = scale * (distribution === 'normal' ? random.normal() : 2 * random.uniform() - 1);
      }
      return weights;
    },
  };
}
