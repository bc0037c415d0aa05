import { storePart } from './vector.ts';

export function upsample(
  x: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  factorY: i32,
  factorX: i32,
): void {
  const pixel = 4 * channels;
  const row = width * factorX * pixel;
  for (let rows = batch * height; rows > 0; rows--, y += factorY * row) {
    let to = y;
    for (let column = 0; column < width; column++, x += pixel) {
      for (let i = 0; i < factorX; i++, to += pixel) {
        for (let c = 0; c < channels; c += 4) storePart(to + 4 * c, v128.load(x + 4 * c), channels - c);
      }
    }
    for (let i = 1; i < factorY; i++) memory.copy(y + i * row, y, row);
  }
}

export function upsampleBackward(
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  factorY: i32,
  factorX: i32,
): void {
  const pixel = 4 * channels;
  const row = width * factorX * pixel;
  for (let rows = batch * height; rows > 0; rows--, dy += factorY * row) {
    for (let column = 0; column < width; column++, dx += pixel) {
      for (let c = 0; c < channels; c += 4) {
        let sum = f32x4.splat(0);
        for (let y = 0; y < factorY; y++) {
          let at = dy + y * row + column * factorX * pixel + 4 * c;
          for (let i = 0; i < factorX; i++, at += pixel) sum = f32x4.add(sum, v128.load(at));
        }
        storePart(dx + 4 * c, sum, channels - c);
      }
    }
  }
}
