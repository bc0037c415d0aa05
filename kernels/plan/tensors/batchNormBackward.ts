import { defineKernel, type Numbers } from '../kernel.ts';
import type { NormDims } from './batchNorm.ts';
import { normScratch } from './scratch.ts';

/**
 * Gradients of Σ dy·batchNorm(x), statistics included. With x̂ = (x − mean) · rstd: dbeta += Σ dy; dgamma += Σ dy·x̂;
 * dx = gamma · rstd · (dy − (Σ dy + x̂ · Σ dy·x̂) / rows).
 */
export const batchNormBackward = defineKernel<NormDims>({
  id: 'batchNormBackward',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'gamma', access: 'read' },
    { name: 'mean', access: 'read' },
    { name: 'rstd', access: 'read' },
    { name: 'dy', access: 'read' },
    { name: 'dx', access: 'write', optional: true },
    { name: 'dgamma', access: 'update', optional: true },
    { name: 'dbeta', access: 'update', optional: true },
  ],
  run(buffers, { rows, channels }) {
    const [x, gamma, mean, rstd, dy, dx, dgamma, dbeta] = buffers as readonly [
      ...[Numbers, Numbers, Numbers, Numbers, Numbers],
      ...(Numbers | null)[],
    ];
    for (let c = 0; c < channels; c++) {
      const normal = (i: number) => (x[i]! - mean[c]!) * rstd[c]!;
      let [sum, product] = [0, 0];
      for (let i = c; i < x.length; i += channels) {
        sum += dy[i]!;
        product += dy[i]! * normal(i);
      }
      if (dgamma) dgamma[c]! += product;
      if (dbeta) dbeta[c]! += sum;
      if (!dx) continue;
      const scale = gamma[c]! * rstd[c]!;
      for (let i = c; i < x.length; i += channels) dx[i] = scale * (dy[i]! - (sum + normal(i) * product) / rows);
    }
  },
  wasm: { args: ['rows', 'channels'], scratch: ({ channels }) => normScratch(channels) },
  flops: ({ rows, channels }) => 10 * rows * channels,
});
