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

/** What keeps 16 matrices apart. */
const APART = 16 * 16;
/** Numbers of one of Winograd's 16 matrices that are used together. */
const WINOGRAD_BLOCK = 1024;

/** The kernel as 16 packed matrices, an image, and 16 blocks of tiles before and after it; 0 for any but a 3×3 kernel. */
function winogradFloats(d: ConvDims, channels: number, filters: number, height: number, width: number): number {
  if (d.kernelHeight !== 3 || d.kernelWidth !== 3) return 0;
  const [tilesY, tilesX] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const rows = Math.min(tilesY, Math.max(1, Math.floor(WINOGRAD_BLOCK / (tilesX * Math.max(channels, filters)))));
  const image = (2 * tilesY + 2) * (2 * tilesX + 2) * channels;
  const blocks = rows * tilesX * (16 * channels + 16 * filters + 2) + 3 * APART;
  return packed(16 * channels + 1, filters) + image + blocks + SMALL;
}

/** The same for the gradient of the kernel, which takes longer sums. */
function winogradGradientFloats(d: ConvDims): number {
  if (d.kernelHeight !== 3 || d.kernelWidth !== 3) return 0;
  const [channels, filters] = [d.inChannels, d.outChannels];
  const [tilesY, tilesX] = [Math.ceil(d.outHeight / 2), Math.ceil(d.outWidth / 2)];
  const rows = Math.max(1, Math.floor((4 * WINOGRAD_BLOCK) / (tilesX * Math.max(channels, filters))));
  const image = (2 * tilesY + 2) * (2 * tilesX + 2) * channels;
  return 16 * (channels * filters + rows * tilesX * (channels + filters)) + image + 3 * APART + SMALL;
}

/** The packed kernel and bias, an image, the runs of a window, and the places of pixels. */
export function convScratch(d: ConvDims): number {
  const taps = d.kernelHeight * d.kernelWidth;
  const tables = 2 * taps + 2 * d.outHeight * d.outWidth;
  const direct = packed(taps * d.inChannels + 1, d.outChannels) + paddedFloats(d) + tables + SMALL;
  return Math.max(direct, winogradFloats(d, d.inChannels, d.outChannels, d.outHeight, d.outWidth));
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
  const direct = images * paddedFloats(d) + rows * columns * d.outChannels + kernel + tables + 2 * SMALL;
  const byWinograd = winogradFloats(d, d.outChannels, d.inChannels, d.height, d.width);
  return Math.max(direct, byWinograd, winogradGradientFloats(d));
}

/** The sizes of a window alone. */
export const WINDOW_SCRATCH = 16;

/** Two numbers per channel, whole panels of them. */
export const normScratch = (channels: number): number => 2 * packed(1, channels);
