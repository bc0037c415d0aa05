import { multiplyTransposed } from './multiplyTransposed.ts';
import { Window } from './window.ts';

/** Bytes of x and dy that stay in the first cache while all of dw is gone through. */
const CACHED: i32 = 24576;

/**
 * dw += xᵀ · dy over the pixels of an image as the windows see it, tap by tap. A few rows of pixels at a time: they are read
 * again for every tap.
 */
export function addKernelGradient(image: usize, dy: usize, dw: usize, window: Window): void {
  const pixel = 4 * window.inChannels;
  const columns = window.outChannels;
  const xStep = window.strideX * pixel;
  const xRow = window.strideY * window.rowBytes;
  const xJump = xRow - window.outWidth * xStep;
  const dyRow = 4 * window.outWidth * columns;
  // Taps that are neighbours lie side by side in x as in dw.
  const together = window.dilationX == 1 ? window.kernelWidth : 1;
  const length = together * window.inChannels;
  const block = max(1, CACHED / (xRow + dyRow));
  for (let row = 0; row < window.outHeight; row += block, image += block * xRow, dy += block * dyRow) {
    const rows = min(block, window.outHeight - row);
    let to = dw;
    for (let ky = 0; ky < window.kernelHeight; ky++) {
      for (let kx = 0; kx < window.kernelWidth; kx += together, to += 4 * length * columns) {
        const tap = image + ky * window.dilationY * window.rowBytes + kx * window.dilationX * pixel;
        multiplyTransposed(tap, length, xStep, xJump, dy, columns, rows, window.outWidth, to);
      }
    }
  }
}
