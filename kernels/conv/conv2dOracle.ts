import { at4, zeros64, type Float64Tensor } from '../oracle.ts';
import { checkRank4, convWindow, type ConvOptions, type Window } from '../window.ts';

/** One multiplication of a convolution: positions in the input, the kernel and the output. */
type Visit = (input: number, kernel: number, output: number) => void;

/** Walks every product of the definition once; forward and both gradients are three uses of the same walk. */
function forEachProduct(
  input: readonly number[],
  kernel: readonly number[],
  output: readonly number[],
  { stride, dilation, padding }: Window,
  visit: Visit,
): void {
  const [height, width] = [input[1]!, input[2]!];
  for (let n = 0; n < output[0]!; n++)
    for (let oy = 0; oy < output[1]!; oy++)
      for (let ox = 0; ox < output[2]!; ox++)
        for (let ky = 0; ky < kernel[0]!; ky++)
          for (let kx = 0; kx < kernel[1]!; kx++) {
            const y = oy * stride[0] + ky * dilation[0] - padding[0];
            const x = ox * stride[1] + kx * dilation[1] - padding[2];
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            for (let ci = 0; ci < kernel[2]!; ci++)
              for (let co = 0; co < kernel[3]!; co++)
                visit(at4(input, n, y, x, ci), at4(kernel, ky, kx, ci, co), at4(output, n, oy, ox, co));
          }
}

function layout(input: readonly number[], kernel: readonly number[], options: ConvOptions) {
  const [batch, height, width, channels] = checkRank4('conv2d', 'input', input, 'batch, height, width, channels');
  const [kh, kw, , filters] = checkRank4('conv2d', 'kernel', kernel, 'height, width, channels, filters');
  const window = convWindow('conv2d', [batch, height, width, channels], [kh, kw], options);
  return { window, output: [batch, ...window.output, filters] };
}

/** Convolution by its definition, in float64: y[n,oy,ox,co] = Σ x[n, oy·s + ky·d − pad, …, ci] · k[ky,kx,ci,co]. */
export function conv2dOracle(x: Float64Tensor, kernel: Float64Tensor, options: ConvOptions = {}): Float64Tensor {
  const { window, output } = layout(x.shape, kernel.shape, options);
  const y = zeros64(output);
  forEachProduct(x.shape, kernel.shape, output, window, (i, k, o) => {
    y.data[o]! += x.data[i]! * kernel.data[k]!;
  });
  return y;
}

/** Gradient of Σ dy·conv(x, k) with respect to x, in float64. */
export function conv2dInputGradientOracle(
  dy: Float64Tensor,
  kernel: Float64Tensor,
  inputShape: readonly number[],
  options: ConvOptions = {},
): Float64Tensor {
  const { window, output } = layout(inputShape, kernel.shape, options);
  const dx = zeros64(inputShape);
  forEachProduct(inputShape, kernel.shape, output, window, (i, k, o) => {
    dx.data[i]! += dy.data[o]! * kernel.data[k]!;
  });
  return dx;
}

/** Gradient of Σ dy·conv(x, k) with respect to the kernel, in float64. */
export function conv2dFilterGradientOracle(
  x: Float64Tensor,
  dy: Float64Tensor,
  kernelShape: readonly number[],
  options: ConvOptions = {},
): Float64Tensor {
  const { window, output } = layout(x.shape, kernelShape, options);
  const dk = zeros64(kernelShape);
  forEachProduct(x.shape, kernelShape, output, window, (i, k, o) => {
    dk.data[k]! += x.data[i]! * dy.data[o]!;
  });
  return dk;
}
