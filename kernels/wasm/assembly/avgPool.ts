import { endInside, firstInside } from './poolWindow.ts';
import { storePart } from './vector.ts';

export function avgPool(
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
        const count = f32x4.splat(f32((y1 - y0) * (x1 - x0)));
        for (let c = 0; c < channels; c += 4) {
          let sum = f32x4.splat(0);
          for (let row = y0, from = x + (y0 * width + x0) * pixel + 4 * c; row < y1; row++, from += width * pixel) {
            let at = from;
            for (let column = x0; column < x1; column++, at += pixel) sum = f32x4.add(sum, v128.load(at));
          }
          storePart(y + 4 * c, f32x4.div(sum, count), channels - c);
        }
      }
    }
  }
}

export function avgPoolBackward(
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
  memory.fill(dx, 0, batch * height * width * pixel);
  for (let n = 0; n < batch; n++, dx += height * width * pixel) {
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = firstInside(oy, strideY, top);
      const y1 = endInside(oy, strideY, top, kernelHeight, height);
      for (let ox = 0; ox < outWidth; ox++, dy += pixel) {
        const x0 = firstInside(ox, strideX, left);
        const x1 = endInside(ox, strideX, left, kernelWidth, width);
        const count = f32x4.splat(f32((y1 - y0) * (x1 - x0)));
        for (let c = 0; c < channels; c += 4) {
          const share = f32x4.div(v128.load(dy + 4 * c), count);
          for (let row = y0, from = dx + (y0 * width + x0) * pixel + 4 * c; row < y1; row++, from += width * pixel) {
            let at = from;
            for (let column = x0; column < x1; column++, at += pixel) {
              storePart(at, f32x4.add(v128.load(at), share), channels - c);
            }
          }
        }
      }
    }
  }
}
