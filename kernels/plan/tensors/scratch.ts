import type { ConvDims } from './slidingWindow.ts';

// How much scratch memory the WebAssembly functions take, in floats: it is laid out in kernels/wasm/assembly.

/** Columns of a matrix that lie side by side while it is multiplied. */
const PANEL = 8;
/** Rows of a product whose places are looked up at a time. */
const BLOCK = 96;
/** Floats for sizes and for filling up a table of places. */
const SMALL = 64;

const packed = (rows: number, columns: number) => rows * PANEL * Math.ceil(columns / PANEL);

/** A packed matrix [rows, columns], a row like its own, and the places of a block of rows. */
export const productScratch = (rows: number, columns: number): number => packed(rows + 1, columns) + 2 * BLOCK + SMALL;

/** One image as the windows see it, with its padding. */
function paddedFloats(d: ConvDims): number {
  const rows = (d.outHeight - 1) * d.strideY + (d.kernelHeight - 1) * d.dilationY + 1;
  const columns = (d.outWidth - 1) * d.strideX + (d.kernelWidth - 1) * d.dilationX + 1;
  return rows * columns * d.inChannels;
}

/** The packed kernel and bias, an image, the runs of a window, and the places of pixels. */
export function convScratch(d: ConvDims): number {
  const taps = d.kernelHeight * d.kernelWidth;
  const tables = 2 * taps + 2 * d.outHeight * d.outWidth;
  return packed(taps * d.inChannels + 1, d.outChannels) + paddedFloats(d) + tables + SMALL;
}

/** Rows (or columns) of dy with the zeros around it. */
function reachOfDy(length: number, out: number, kernel: number, dilation: number, padding: number, stride: number) {
  const before = Math.max(0, Math.floor(((kernel - 1) * dilation - padding) / stride));
  return before + Math.max(out, Math.floor((length - 1) / stride) + Math.ceil(padding / stride) + 1);
}

/** Images whose dy, at most so many floats, is gone through together. */
const CACHED = 8192;

/** Images; dy of an image and the kernel transposed, in phases by the stride. */
export function convBackwardScratch(d: ConvDims): number {
  const taps = d.kernelHeight * d.kernelWidth;
  const rows = reachOfDy(d.height, d.outHeight, d.kernelHeight, d.dilationY, d.top, d.strideY);
  const columns = reachOfDy(d.width, d.outWidth, d.kernelWidth, d.dilationX, d.left, d.strideX);
  const phases = Math.min(d.strideY, d.height) * Math.min(d.strideX, d.width);
  const tables = 2 * taps + 2 * d.height * d.width + 16 * phases;
  const kernel = packed(taps * d.outChannels + 1, d.inChannels);
  const images = Math.min(d.batch, Math.max(1, Math.floor(CACHED / (d.outHeight * d.outWidth * d.outChannels))));
  return images * paddedFloats(d) + rows * columns * d.outChannels + kernel + tables + 2 * SMALL;
}

/** The sizes of a window alone. */
export const WINDOW_SCRATCH = 16;

/** Two numbers per channel, whole panels of them. */
export const normScratch = (channels: number): number => 2 * packed(1, channels);
