import { storePart } from './vector.ts';

export function globalAvgPool(x: usize, y: usize, batch: i32, positions: i32, channels: i32): void {
  const pixel = 4 * channels;
  const count = f32x4.splat(f32(positions));
  for (let n = 0; n < batch; n++, x += positions * pixel, y += pixel) {
    for (let c = 0; c < channels; c += 4) {
      let sum = f32x4.splat(0);
      for (let p = 0, at = x + 4 * c; p < positions; p++, at += pixel) sum = f32x4.add(sum, v128.load(at));
      storePart(y + 4 * c, f32x4.div(sum, count), channels - c);
    }
  }
}

export function globalAvgPoolBackward(dy: usize, dx: usize, batch: i32, positions: i32, channels: i32): void {
  const pixel = 4 * channels;
  const count = f32x4.splat(f32(positions));
  for (let n = 0; n < batch; n++, dx += positions * pixel, dy += pixel) {
    for (let c = 0; c < channels; c += 4) {
      const share = f32x4.div(v128.load(dy + 4 * c), count);
      for (let p = 0, at = dx + 4 * c; p < positions; p++, at += pixel) storePart(at, share, channels - c);
    }
  }
}
