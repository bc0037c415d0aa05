import { storePart } from './vector.ts';

export function add(a: usize, b: usize, y: usize, size: i32): void {
  for (; size > 0; size -= 4, a += 16, b += 16, y += 16) storePart(y, f32x4.add(v128.load(a), v128.load(b)), size);
}

export function addInto(a: usize, y: usize, size: i32): void {
  for (; size > 0; size -= 4, a += 16, y += 16) storePart(y, f32x4.add(v128.load(y), v128.load(a)), size);
}

export function fill(y: usize, size: i32, value: f32): void {
  const numbers = f32x4.splat(value);
  for (; size > 0; size -= 4, y += 16) storePart(y, numbers, size);
}

export function copyChannels(
  x: usize,
  y: usize,
  rows: i32,
  channels: i32,
  fromStride: i32,
  fromOffset: i32,
  toStride: i32,
  toOffset: i32,
  accumulate: i32,
): void {
  x += 4 * fromOffset;
  y += 4 * toOffset;
  for (; rows > 0; rows--, x += 4 * fromStride, y += 4 * toStride) {
    for (let c = 0; c < channels; c += 4) {
      let numbers = v128.load(x + 4 * c);
      if (accumulate) numbers = f32x4.add(v128.load(y + 4 * c), numbers);
      storePart(y + 4 * c, numbers, channels - c);
    }
  }
}
