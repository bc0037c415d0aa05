/**
 * Sizes of an operation that slides a window over images, NHWC. `top` and `left` count the rows and columns of zeros before
 * the image; those after it follow from the size of the output.
 */
export type WindowDims = {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly top: number;
  readonly left: number;
};

/** A window with gaps between its taps: taps are `dilation` pixels apart. */
export type DilatedDims = WindowDims & { readonly dilationY: number; readonly dilationX: number };

/** x is [batch, height, width, inChannels], the kernel [kernelHeight, kernelWidth, inChannels, outChannels]. */
export type ConvDims = DilatedDims & { readonly inChannels: number; readonly outChannels: number };

/** The kernel is [kernelHeight, kernelWidth, channels, multiplier]; output channel c·multiplier + q reads channel c. */
export type DepthwiseDims = DilatedDims & { readonly channels: number; readonly multiplier: number };

export type PoolDims = WindowDims & { readonly channels: number };

const imageArgs = ['batch', 'height', 'width', 'outHeight', 'outWidth', 'kernelHeight', 'kernelWidth'] as const;
const stepArgs = ['strideY', 'strideX', 'top', 'left'] as const;
const dilationArgs = ['dilationY', 'dilationX'] as const;

export const convArgs = [...imageArgs, ...stepArgs, ...dilationArgs, 'inChannels', 'outChannels'] as const;
export const depthwiseArgs = [...imageArgs, ...stepArgs, ...dilationArgs, 'channels', 'multiplier'] as const;
export const poolArgs = [...imageArgs, ...stepArgs, 'channels'] as const;

/** Pixels of the output, and taps of the window for each of them. */
export const windowTaps = (d: WindowDims): number =>
  d.batch * d.outHeight * d.outWidth * d.kernelHeight * d.kernelWidth;

/**
 * Visits every tap that lies inside the image: the number of the pixel it reads, of the tap within the window, and of the
 * pixel it counts for. Window by window, taps in row-major order.
 */
export function forEachTap(
  d: WindowDims & { readonly dilationY?: number; readonly dilationX?: number },
  visit: (input: number, tap: number, output: number) => void,
): void {
  const { dilationY = 1, dilationX = 1 } = d;
  let output = 0;
  for (let n = 0; n < d.batch; n++)
    for (let oy = 0; oy < d.outHeight; oy++)
      for (let ox = 0; ox < d.outWidth; ox++, output++)
        for (let ky = 0; ky < d.kernelHeight; ky++) {
          const y = oy * d.strideY - d.top + ky * dilationY;
          if (y < 0 || y >= d.height) continue;
          for (let kx = 0; kx < d.kernelWidth; kx++) {
            const x = ox * d.strideX - d.left + kx * dilationX;
            if (x < 0 || x >= d.width) continue;
            visit((n * d.height + y) * d.width + x, ky * d.kernelWidth + kx, output);
          }
        }
}
