import { multiplyTransposed } from './multiplyTransposed.ts';
import { Window } from './window.ts';

/** Bytes of dy that stay in the first cache while all of dw is gone through. */
export const CACHED: i32 = 32768;

/**
 * dw += xᵀ · dy over the pixels of some images as the windows see them, tap by tap. As many rows of pixels at a time as stay
 * cached: dy is read again for every tap.
 */
export function addKernelGradient(x: usize, images: i32, dy: usize, dw: usize, window: Window): void {
  const pixel = 4 * window.inChannels;
  const columns = window.outChannels;
  const xStep = window.strideX * pixel;
  const xRow = window.strideY * window.rowBytes;
  const xJump = xRow - window.outWidth * xStep;
  const imageJump = window.imageBytes - window.outHeight * xRow;
  const dyRow = 4 * window.outWidth * columns;
  // Taps that are neighbours lie side by side in x as in dw.
  const together = window.dilationX == 1 ? window.kernelWidth : 1;
  const length = together * window.inChannels;
  const block = images > 1 ? window.outHeight : max(1, CACHED / dyRow);
  for (let row = 0; row < window.outHeight; row += block, x += block * xRow, dy += block * dyRow) {
    const rows = min(block, window.outHeight - row);
    let to = dw;
    for (let ky = 0; ky < window.kernelHeight; ky++) {
      for (let kx = 0; kx < window.kernelWidth; kx += together, to += 4 * length * columns) {
        const tap = x + ky * window.dilationY * window.rowBytes + kx * window.dilationX * pixel;
        multiplyTransposed(tap, length, xStep, xJump, imageJump, dy, columns, images, rows, window.outWidth, to);
      }
    }
  }
}

/** Images whose dy stays cached together. */
export function cachedImages(window: Window): i32 {
  return min(window.batch, max(1, CACHED / (4 * window.pixels * window.outChannels)));
}
