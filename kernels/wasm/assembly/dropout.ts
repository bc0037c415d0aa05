import { storePart } from './vector.ts';

/** The golden ratio's bits: steps that stay far apart. */
const STEP: i32 = 0x9e3779b9;

/** The finalizer of MurmurHash3, four numbers at a time. */
function mix(value: v128): v128 {
  let h = v128.xor(value, i32x4.shr_u(value, 16));
  h = i32x4.mul(h, i32x4.splat(0x85ebca6b));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

export function dropout(x: usize, step: usize, y: usize, size: i32, rate: f64, node: i32): void {
  const key = mix(i32x4.splat(i32(load<f32>(step)) + node * STEP));
  const threshold = i32x4.splat(u32(ceil<f64>(rate * 4294967296)));
  const scale = f32x4.splat(f32(1 / (1 - rate)));
  let place = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(STEP));
  for (; size > 0; size -= 4, x += 16, y += 16) {
    const drawn = mix(v128.xor(mix(i32x4.add(place, key)), key));
    const isKept = i32x4.ge_u(drawn, threshold);
    storePart(y, v128.and(f32x4.mul(v128.load(x), scale), isKept), size);
    place = i32x4.add(place, i32x4.splat(4 * STEP));
  }
}
