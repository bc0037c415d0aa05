import type { ConvDims } from './slidingWindow.ts';

// How much scratch memory the WebAssembly functions take, in floats; kernels/wasm/assembly lays it out.

/** Columns of a matrix that lie side by side while it is multiplied. */
const PANEL = 8;

/** Rows whose places a product looks up at a time. */
const ROWS = 96;

/** A packed matrix [rows, columns], its columns filled up to whole panels, and the tables of a product. */
export const panelFloats = (rows: number, columns: number): number =>
  rows * PANEL * Math.ceil(columns / PANEL) + 4 * ROWS + 256;

const wholePanels = (columns: number) => PANEL * Math.ceil(columns / PANEL);

/** The packed kernel, one image with its padding, and the places of its pixels. */
export function convScratch(d: ConvDims): number {
  const taps = d.kernelHeight * d.kernelWidth;
  const rows = (d.outHeight - 1) * d.strideY + (d.kernelHeight - 1) * d.dilationY + 1;
  const columns = (d.outWidth - 1) * d.strideX + (d.kernelWidth - 1) * d.dilationX + 1;
  const padded = Math.max(rows, d.height + d.top) * Math.max(columns, d.width + d.left) * d.inChannels;
  return taps * d.inChannels * wholePanels(d.outChannels) + padded + 2 * d.outHeight * d.outWidth + 2 * taps + 256;
}

/** What the forward pass takes, and the same for the way from dy to dx. */
export function convBackwardScratch(d: ConvDims): number {
  const taps = d.kernelHeight * d.kernelWidth;
  const rows = d.height + d.outHeight + 2 * (d.kernelHeight - 1) * d.dilationY;
  const columns = d.width + d.outWidth + 2 * (d.kernelWidth - 1) * d.dilationX;
  const dy = taps * d.outChannels * wholePanels(d.inChannels) + rows * columns * d.outChannels;
  return convScratch(d) + dy + d.outHeight * d.outWidth * wholePanels(d.outChannels) + 2 * d.height * d.width;
}
