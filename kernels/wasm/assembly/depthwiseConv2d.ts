import { addColumnSums, madd, storePart } from './vector.ts';
import { Window, windowAt } from './window.ts';

export function depthwiseConv2d(
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
  channels: i32,
  multiplier: i32,
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
    channels,
    channels * multiplier,
  );
  filterChannels(x, w, bias, y, window, multiplier, relu);
}

export function depthwiseConv2dBackward(
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
  channels: i32,
  multiplier: i32,
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
    channels,
    channels * multiplier,
  );
  const pixels = batch * outHeight * outWidth;
  if (dbias) addColumnSums(dy, pixels, channels * multiplier, dbias);
  if (dw) addFilterGradient(x, dy, dw, window, multiplier);
  if (dx) spreadToImage(w, dy, dx, window, multiplier);
}

/** x for four filters from number j on: each channel stands for `multiplier` of them. */
function channelsOf(x: usize, j: i32, multiplier: i32): v128 {
  if (multiplier == 1) return v128.load(x + 4 * j);
  let numbers = v128.load32_splat(x + 4 * (j / multiplier));
  numbers = v128.load_lane<f32>(x + 4 * ((j + 1) / multiplier), numbers, 1);
  numbers = v128.load_lane<f32>(x + 4 * ((j + 2) / multiplier), numbers, 2);
  return v128.load_lane<f32>(x + 4 * ((j + 3) / multiplier), numbers, 3);
}

/** Of places offset, offset + step … the first at 0 or behind it. */
function firstFrom(offset: i32, step: i32): i32 {
  return offset >= 0 ? 0 : (step - 1 - offset) / step;
}

/** The number of those before `length`, at most `count`. */
function countBelow(offset: i32, step: i32, length: i32, count: i32): i32 {
  if (offset + (count - 1) * step < length) return count;
  return offset >= length ? 0 : (length - 1 - offset) / step + 1;
}

function filterChannels(x: usize, w: usize, bias: usize, y: usize, window: Window, multiplier: i32, relu: i32): void {
  const pixel = 4 * window.inChannels;
  const filters = window.outChannels;
  const rowBytes = window.width * pixel;
  const zero = f32x4.splat(0);
  for (let n = 0; n < window.batch; n++, x += window.height * rowBytes) {
    for (let oy = 0; oy < window.outHeight; oy++) {
      const row = oy * window.strideY - window.top;
      const ky0 = firstFrom(row, window.dilationY);
      const tapRows = countBelow(row, window.dilationY, window.height, window.kernelHeight) - ky0;
      for (let ox = 0; ox < window.outWidth; ox++, y += 4 * filters) {
        const column = ox * window.strideX - window.left;
        const kx0 = firstFrom(column, window.dilationX);
        const tapColumns = countBelow(column, window.dilationX, window.width, window.kernelWidth) - kx0;
        const corner = x + (row + ky0 * window.dilationY) * rowBytes + (column + kx0 * window.dilationX) * pixel;
        const firstTap = w + 4 * (ky0 * window.kernelWidth + kx0) * filters;
        for (let j = 0; j < filters; j += 4) {
          let sum = bias ? v128.load(bias + 4 * j) : zero;
          let from = corner;
          let taps = firstTap + 4 * j;
          for (let ky = 0; ky < tapRows; ky++) {
            let at = from;
            let tap = taps;
            for (let kx = 0; kx < tapColumns; kx++, at += window.dilationX * pixel, tap += 4 * filters) {
              sum = madd(channelsOf(at, j, multiplier), v128.load(tap), sum);
            }
            from += window.dilationY * rowBytes;
            taps += 4 * window.kernelWidth * filters;
          }
          storePart(y + 4 * j, relu ? f32x4.pmax(sum, zero) : sum, filters - j);
        }
      }
    }
  }
}

/** dw += Σ x · dy, tap by tap: sums of one image at a time stay in registers. */
function addFilterGradient(x: usize, dy: usize, dw: usize, window: Window, multiplier: i32): void {
  const pixel = 4 * window.inChannels;
  const filters = window.outChannels;
  for (let n = 0; n < window.batch; n++) {
    let tap = dw;
    for (let ky = 0; ky < window.kernelHeight; ky++) {
      const offsetY = ky * window.dilationY - window.top;
      const firstY = firstFrom(offsetY, window.strideY);
      const endY = countBelow(offsetY, window.strideY, window.height, window.outHeight);
      for (let kx = 0; kx < window.kernelWidth; kx++, tap += 4 * filters) {
        const offsetX = kx * window.dilationX - window.left;
        const firstX = firstFrom(offsetX, window.strideX);
        const endX = countBelow(offsetX, window.strideX, window.width, window.outWidth);
        for (let j = 0; j < filters; j += 4) {
          let sum = f32x4.splat(0);
          for (let oy = firstY; oy < endY; oy++) {
            const row = oy * window.strideY + offsetY;
            let from = x + (row * window.width + firstX * window.strideX + offsetX) * pixel;
            let slope = dy + 4 * ((oy * window.outWidth + firstX) * filters + j);
            for (let ox = firstX; ox < endX; ox++, from += window.strideX * pixel, slope += 4 * filters) {
              sum = madd(channelsOf(from, j, multiplier), v128.load(slope), sum);
            }
          }
          storePart(tap + 4 * j, f32x4.add(v128.load(tap + 4 * j), sum), filters - j);
        }
      }
    }
    x += window.height * window.width * pixel;
    dy += 4 * window.pixels * filters;
  }
}

/** dx = Σ dy · w: every dy adds to the pixels of its window. */
function spreadToImage(w: usize, dy: usize, dx: usize, window: Window, multiplier: i32): void {
  const pixel = 4 * window.inChannels;
  const filters = window.outChannels;
  memory.fill(dx, 0, window.batch * window.height * window.width * pixel);
  for (let n = 0; n < window.batch; n++, dx += window.height * window.width * pixel) {
    for (let oy = 0; oy < window.outHeight; oy++) {
      for (let ox = 0; ox < window.outWidth; ox++, dy += 4 * filters) {
        for (let ky = 0; ky < window.kernelHeight; ky++) {
          const row = oy * window.strideY - window.top + ky * window.dilationY;
          if (u32(row) >= u32(window.height)) continue;
          for (let kx = 0; kx < window.kernelWidth; kx++) {
            const column = ox * window.strideX - window.left + kx * window.dilationX;
            if (u32(column) >= u32(window.width)) continue;
            const tap = w + 4 * (ky * window.kernelWidth + kx) * filters;
            addToChannels(dy, tap, filters, multiplier, dx + (row * window.width + column) * pixel);
          }
        }
      }
    }
  }
}

/** dx[c] += Σ dy · w over the filters of channel c. */
function addToChannels(dy: usize, w: usize, filters: i32, multiplier: i32, dx: usize): void {
  if (multiplier == 1) {
    for (let j = 0; j < filters; j += 4, dx += 16) {
      storePart(dx, madd(v128.load(dy + 4 * j), v128.load(w + 4 * j), v128.load(dx)), filters - j);
    }
    return;
  }
  for (let j = 0; j < filters; j += multiplier, dx += 4) {
    let sum = load<f32>(dx);
    for (let q = j; q < j + multiplier; q++) sum += load<f32>(dy + 4 * q) * load<f32>(w + 4 * q);
    store<f32>(dx, sum);
  }
}
