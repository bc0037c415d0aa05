import { at4, zeros64, type Float64Tensor } from '../oracle.ts';
import { checkRank4, poolWindow, type PoolOptions } from '../window.ts';

/** Calls `visit` per window with the window's position in the output and its pixels in row-major order. */
function forEachWindow(
  input: readonly number[],
  options: PoolOptions,
  visit: (output: number, pixels: readonly number[]) => void,
): void {
  const shape = checkRank4('pool', 'input', input, 'batch, height, width, channels');
  const { size, stride, padding, output } = poolWindow('pool', shape, options);
  const outShape = [shape[0], ...output, shape[3]];
  for (let n = 0; n < shape[0]; n++)
    for (let oy = 0; oy < output[0]; oy++)
      for (let ox = 0; ox < output[1]; ox++)
        for (let c = 0; c < shape[3]; c++) {
          const pixels: number[] = [];
          for (let ky = 0; ky < size[0]; ky++)
            for (let kx = 0; kx < size[1]; kx++) {
              const y = oy * stride[0] + ky - padding[0];
              const x = ox * stride[1] + kx - padding[2];
              if (y >= 0 && y < shape[1] && x >= 0 && x < shape[2]) pixels.push(at4(shape, n, y, x, c));
            }
          visit(at4(outShape, n, oy, ox, c), pixels);
        }
}

function emptyOutput(input: readonly number[], options: PoolOptions): Float64Tensor {
  const shape = checkRank4('pool', 'input', input, 'batch, height, width, channels');
  return zeros64([shape[0], ...poolWindow('pool', shape, options).output, shape[3]]);
}

/** Of these positions, the first that holds the largest value. */
function firstMaximum(values: Float64Array, pixels: readonly number[]): number {
  return pixels.reduce((best, pixel) => (values[pixel]! > values[best]! ? pixel : best));
}

/** Max pooling by its definition, in float64. */
export function maxPoolOracle(x: Float64Tensor, options: PoolOptions): Float64Tensor {
  const y = emptyOutput(x.shape, options);
  forEachWindow(x.shape, options, (o, pixels) => {
    y.data[o] = x.data[firstMaximum(x.data, pixels)]!;
  });
  return y;
}

/** Gradient of Σ dy·maxPool(x) with respect to x, in float64: each dy goes to its window's first maximum. */
export function maxPoolGradientOracle(dy: Float64Tensor, x: Float64Tensor, options: PoolOptions): Float64Tensor {
  const dx = zeros64(x.shape);
  forEachWindow(x.shape, options, (o, pixels) => {
    dx.data[firstMaximum(x.data, pixels)]! += dy.data[o]!;
  });
  return dx;
}

/** The mistake of tiers that compare with ≥: each dy goes to its window's last maximum. The self-check names it by this. */
export function lastMaximumGradient(dy: Float64Tensor, x: Float64Tensor, options: PoolOptions): Float64Tensor {
  const dx = zeros64(x.shape);
  forEachWindow(x.shape, options, (o, pixels) => {
    dx.data[firstMaximum(x.data, pixels.toReversed())]! += dy.data[o]!;
  });
  return dx;
}

/** Average pooling by its definition, in float64: padding is neither summed nor counted. */
export function avgPoolOracle(x: Float64Tensor, options: PoolOptions): Float64Tensor {
  const y = emptyOutput(x.shape, options);
  forEachWindow(x.shape, options, (o, pixels) => {
    y.data[o] = pixels.reduce((sum, pixel) => sum + x.data[pixel]!, 0) / pixels.length;
  });
  return y;
}

/** Gradient of Σ dy·avgPool(x) with respect to x, in float64. */
export function avgPoolGradientOracle(
  dy: Float64Tensor,
  inputShape: readonly number[],
  options: PoolOptions,
): Float64Tensor {
  const dx = zeros64(inputShape);
  forEachWindow(inputShape, options, (o, pixels) => {
    for (const pixel of pixels) dx.data[pixel]! += dy.data[o]! / pixels.length;
  });
  return dx;
}
