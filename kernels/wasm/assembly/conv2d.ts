import { convolve } from './convolve.ts';
import { imageGradient, ImageGradient } from './imageGradient.ts';
import { addKernelGradient, cachedImages } from './kernelGradient.ts';
import { addColumnSums } from './vector.ts';
import { isWinograd, winograd } from './winograd.ts';
import { winogradGradient } from './winogradGradient.ts';
import { windowAt } from './window.ts';

export function conv2d(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  inChannels: i32,
  outChannels: i32,
  relu: i32,
  scratch: usize,
): void {
  const window = windowAt(
    scratch,
    batch,
    height,
    width,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    top,
    left,
    dilationY,
    dilationX,
    inChannels,
    outChannels,
  );
  if (isWinograd(window, inChannels, outChannels)) winograd(x, w, bias, y, window, false, relu);
  else convolve(x, w, bias, y, window, relu);
}

export function conv2dBackward(
  x: usize,
  w: usize,
  dy: usize,
  dx: usize,
  dw: usize,
  dbias: usize,
  batch: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  inChannels: i32,
  outChannels: i32,
  scratch: usize,
): void {
  const window = windowAt(
    scratch,
    batch,
    height,
    width,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    top,
    left,
    dilationY,
    dilationX,
    inChannels,
    outChannels,
  );
  if (dw && isWinograd(window, inChannels, outChannels)) {
    winogradGradient(x, dy, dw, window);
    dw = 0;
  }
  if (dx && isWinograd(window, outChannels, inChannels)) {
    const back = windowAt(
      window.end,
      batch,
      outHeight,
      outWidth,
      height,
      width,
      3,
      3,
      1,
      1,
      2 - top,
      2 - left,
      1,
      1,
      outChannels,
      inChannels,
    );
    winograd(dy, w, 0, dx, back, true, 0);
    dx = 0;
  }
  const padded = window.end;
  const group = dw ? cachedImages(window) : 1;
  const paddedBytes = dw ? group * window.paddedBytes : 0;
  memory.fill(padded, 0, paddedBytes);
  let way = changetype<ImageGradient>(0);
  if (dx) way = imageGradient(padded + paddedBytes, w, window);
  // A few images at a time: dy stays in the cache for all three.
  for (let n = 0; n < batch; n += group) {
    const count = min(group, batch - n);
    if (dbias) addColumnSums(dy, count * window.pixels, outChannels, dbias);
    if (dw) addKernelGradient(window.images(x, n, count, padded), count, dy, dw, window);
    for (let i = n; i < n + count; i++, dy += 4 * window.pixels * outChannels) {
      if (dx) way.compute(dy, dx + 4 * i * height * width * inChannels);
    }
  }
}
