import { at4, zeros64, type Float64Tensor } from '../oracle.ts';
import { checkRank4, convWindow, type ConvOptions } from '../window.ts';

/** Walks every product of the definition once: positions in the input, the kernel and the output. */
function forEachProduct(
  input: readonly number[],
  kernel: readonly number[],
  options: ConvOptions,
  visit: (input: number, kernel: number, output: number) => void,
): void {
  const image = checkRank4('depthwiseConv2d', 'input', input, 'batch, height, width, channels');
  const [kh, kw, channels, multiplier] = checkRank4(
    'depthwiseConv2d',
    'kernel',
    kernel,
    'height, width, channels, multiplier',
  );
  const { stride, dilation, padding, output } = convWindow('depthwiseConv2d', image, [kh, kw], options);
  const outShape = [image[0], ...output, channels * multiplier];
  for (let n = 0; n < image[0]; n++)
    for (let oy = 0; oy < output[0]; oy++)
      for (let ox = 0; ox < output[1]; ox++)
        for (let ky = 0; ky < kh; ky++)
          for (let kx = 0; kx < kw; kx++) {
            const y = oy * stride[0] + ky * dilation[0] - padding[0];
            const x = ox * stride[1] + kx * dilation[1] - padding[2];
            if (y < 0 || y >= image[1] || x < 0 || x >= image[2]) continue;
            for (let c = 0; c < channels; c++)
              for (let q = 0; q < multiplier; q++)
                visit(at4(input, n, y, x, c), at4(kernel, ky, kx, c, q), at4(outShape, n, oy, ox, c * multiplier + q));
          }
}

/** Depthwise convolution by its definition, in float64: y[…, c·m + q] = Σ x[…, c] · k[…, c, q]. */
export function depthwiseConv2dOracle(
  x: Float64Tensor,
  kernel: Float64Tensor,
  options: ConvOptions = {},
): Float64Tensor {
  const image = checkRank4('depthwiseConv2d', 'input', x.shape, 'batch, height, width, channels');
  const [kh, kw, c, m] = checkRank4('depthwiseConv2d', 'kernel', kernel.shape, 'height, width, channels, multiplier');
  const { output } = convWindow('depthwiseConv2d', image, [kh, kw], options);
  const y = zeros64([image[0], ...output, c * m]);
  forEachProduct(x.shape, kernel.shape, options, (i, k, o) => {
    y.data[o]! += x.data[i]! * kernel.data[k]!;
  });
  return y;
}

/** Gradient of Σ dy·conv(x, k) with respect to x, in float64. */
export function depthwiseConv2dInputGradientOracle(
  dy: Float64Tensor,
  kernel: Float64Tensor,
  inputShape: readonly number[],
  options: ConvOptions = {},
): Float64Tensor {
  const dx = zeros64(inputShape);
  forEachProduct(inputShape, kernel.shape, options, (i, k, o) => {
    dx.data[i]! += dy.data[o]! * kernel.data[k]!;
  });
  return dx;
}

/** Gradient of Σ dy·conv(x, k) with respect to the kernel, in float64. */
export function depthwiseConv2dFilterGradientOracle(
  x: Float64Tensor,
  dy: Float64Tensor,
  kernelShape: readonly number[],
  options: ConvOptions = {},
): Float64Tensor {
  const dk = zeros64(kernelShape);
  forEachProduct(x.shape, kernelShape, options, (i, k, o) => {
    dk.data[k]! += x.data[i]! * dy.data[o]!;
  });
  return dk;
}
