import { choice } from '../core/options.ts';
import { InputError } from '../core/errors.ts';
import { channelsOf, type Shape } from '../core/shape.ts';

/** What a removed pixel becomes. */
export const baselineOption = choice(
  'zero',
  ['zero', 'mean', 'blur'],
  'what a removed pixel becomes: 0, the mean of its channel in this input, or this input blurred',
);

export type Baseline = typeof baselineOption.default;

/** Width of the blur as a share of the longer side: wide enough to wipe out a stroke. */
const BLUR_SHARE = 0.1;

/** The input with every pixel removed, in the layout of `x`; `shape` is [height, width, channels] or [features]. */
export function baselineInput(x: Float32Array, shape: Shape, baseline: Baseline): Float32Array {
  if (baseline === 'zero') return new Float32Array(x.length);
  const channels = shape.length === 3 ? channelsOf(shape) : 1;
  if (baseline === 'mean') {
    const means = new Float64Array(channels);
    x.forEach((value, i) => (means[i % channels]! += (value * channels) / x.length));
    return x.map((_, i) => means[i % channels]!);
  }
  if (shape.length !== 3) {
    throw new InputError(`no blur for rows of features: ${shape.join(', ')}; use "zero" or "mean" as baseline`);
  }
  const [height, width] = shape as [number, number];
  const sigma = BLUR_SHARE * Math.max(height, width);
  const across = blurred(x, sigma, { length: width, stride: channels });
  return blurred(across, sigma, { length: height, stride: width * channels });
}

/** A Gaussian along one axis; at the border the weights that fall inside are scaled to 1. */
function blurred(
  x: Float32Array,
  sigma: number,
  { length, stride }: { readonly length: number; readonly stride: number },
): Float32Array {
  return x.map((_, i) => {
    const here = Math.floor(i / stride) % length;
    let [sum, total] = [0, 0];
    for (let there = 0; there < length; there++) {
      const weight = Math.exp(-((there - here) ** 2) / (2 * sigma ** 2));
      sum += weight * x[i + (there - here) * stride]!;
      total += weight;
    }
    return sum / total;
  });
}
