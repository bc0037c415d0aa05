import { endInside, firstInside } from './poolWindow.ts';
import { storePart } from './vector.ts';

export function maxPool(
  x: usize,
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
  channels: i32,
): void {
  const pixel = 4 * channels;
  for (let n = 0; n < batch; n++, x += height * width * pixel) {
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = firstInside(oy, strideY, top);
      const y1 = endInside(oy, strideY, top, kernelHeight, height);
      for (let ox = 0; ox < outWidth; ox++, y += pixel) {
        const x0 = firstInside(ox, strideX, left);
        const x1 = endInside(ox, strideX, left, kernelWidth, width);
        for (let c = 0; c < channels; c += 4) {
          const corner = x + (y0 * width + x0) * pixel + 4 * c;
          let largest = v128.load(corner);
          for (let row = y0, from = corner; row < y1; row++, from += width * pixel) {
            let at = from;
            for (let column = x0; column < x1; column++, at += pixel) largest = f32x4.pmax(largest, v128.load(at));
          }
          storePart(y + 4 * c, largest, channels - c);
        }
      }
    }
  }
}

/** Each dy goes to the first maximum of its window: its place is found first, four channels at a time. */
export function maxPoolBackward(
  x: usize,
  dy: usize,
  dx: usize,
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
  channels: i32,
): void {
  const pixel = 4 * channels;
  const imageBytes = height * width * pixel;
  memory.fill(dx, 0, batch * imageBytes);
  for (let n = 0; n < batch; n++, x += imageBytes, dx += imageBytes) {
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = firstInside(oy, strideY, top);
      const y1 = endInside(oy, strideY, top, kernelHeight, height);
      for (let ox = 0; ox < outWidth; ox++, dy += pixel) {
        const x0 = firstInside(ox, strideX, left);
        const x1 = endInside(ox, strideX, left, kernelWidth, width);
        for (let c = 0; c < channels; c += 4) {
          const corner = (y0 * width + x0) * pixel + 4 * c;
          let largest = v128.load(x + corner);
          let place = i32x4.splat(corner);
          for (let row = y0, from = corner; row < y1; row++, from += width * pixel) {
            for (let at = from, end = from + (x1 - x0) * pixel; at < end; at += pixel) {
              const value = v128.load(x + at);
              const isLarger = f32x4.gt(value, largest);
              largest = v128.bitselect(value, largest, isLarger);
              place = v128.bitselect(i32x4.splat(at), place, isLarger);
            }
          }
          const slope = v128.load(dy + 4 * c);
          for (let row = y0, from = corner; row < y1; row++, from += width * pixel) {
            for (let at = from, end = from + (x1 - x0) * pixel; at < end; at += pixel) {
              const taken = v128.and(slope, i32x4.eq(place, i32x4.splat(at)));
              storePart(dx + at, f32x4.add(v128.load(dx + at), taken), channels - c);
            }
          }
        }
      }
    }
  }
}
