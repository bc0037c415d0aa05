/**
 * Bᵀ d B of a row of tiles, Bᵀ = [1 0 −1 0; 0 1 1 0; 0 −1 1 0; 0 1 0 −1]. A tile is 4×4 pixels d, two on from the one before; the
 * 16 numbers per channel go to 16 matrices [tiles, channels].
 */
export function turnInput(from: usize, rowBytes: i32, tiles: i32, channels: i32, to: usize, matrixBytes: i32): void {
  const pixel = 4 * channels;
  for (; tiles > 0; tiles--, from += 2 * pixel, to += pixel) {
    for (let c = 0; c < pixel; c += 16) {
      let at = from + c;
      const a0 = v128.load(at);
      const b0 = v128.load(at + rowBytes);
      const c0 = v128.load(at + 2 * rowBytes);
      const d0 = v128.load(at + 3 * rowBytes);
      at += pixel;
      const a1 = v128.load(at);
      const b1 = v128.load(at + rowBytes);
      const c1 = v128.load(at + 2 * rowBytes);
      const d1 = v128.load(at + 3 * rowBytes);
      at += pixel;
      const a2 = v128.load(at);
      const b2 = v128.load(at + rowBytes);
      const c2 = v128.load(at + 2 * rowBytes);
      const d2 = v128.load(at + 3 * rowBytes);
      at += pixel;
      const a3 = v128.load(at);
      const b3 = v128.load(at + rowBytes);
      const c3 = v128.load(at + 2 * rowBytes);
      const d3 = v128.load(at + 3 * rowBytes);
      let out = to + c;
      storeColumns(out, matrixBytes, f32x4.sub(a0, c0), f32x4.sub(a1, c1), f32x4.sub(a2, c2), f32x4.sub(a3, c3));
      out += 4 * matrixBytes;
      storeColumns(out, matrixBytes, f32x4.add(b0, c0), f32x4.add(b1, c1), f32x4.add(b2, c2), f32x4.add(b3, c3));
      out += 4 * matrixBytes;
      storeColumns(out, matrixBytes, f32x4.sub(c0, b0), f32x4.sub(c1, b1), f32x4.sub(c2, b2), f32x4.sub(c3, b3));
      out += 4 * matrixBytes;
      storeColumns(out, matrixBytes, f32x4.sub(b0, d0), f32x4.sub(b1, d1), f32x4.sub(b2, d2), f32x4.sub(b3, d3));
    }
  }
}

/** [a, b, c, d] · B. */
function storeColumns(to: usize, step: i32, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, f32x4.sub(a, c));
  v128.store(to + step, f32x4.add(b, c));
  v128.store(to + 2 * step, f32x4.sub(c, b));
  v128.store(to + 3 * step, f32x4.sub(b, d));
}

/**
 * Aᵀ m A + bias of a row of tiles, Aᵀ = [1 1 1 0; 0 1 −1 −1]: from 16 matrices m [tiles, filters] to two rows of y, or to one where
 * the image ends; the last column may lie outside, too.
 */
export function turnOutput(
  from: usize,
  matrixBytes: i32,
  bias: usize,
  y: usize,
  width: i32,
  hasSecond: bool,
  filters: i32,
  relu: i32,
): void {
  const pixel = 4 * filters;
  const rowOfY = width * pixel;
  const least = f32x4.splat(relu ? 0 : f32(-Infinity));
  for (; width > 0; width -= 2, from += pixel, y += 2 * pixel) {
    for (let f = 0; f < pixel; f += 16) {
      let at = from + f;
      const shift = bias ? v128.load(bias + f) : f32x4.splat(0);
      const m00 = v128.load(at);
      const m01 = v128.load(at + matrixBytes);
      const m02 = v128.load(at + 2 * matrixBytes);
      const m03 = v128.load(at + 3 * matrixBytes);
      at += 4 * matrixBytes;
      const m10 = v128.load(at);
      const m11 = v128.load(at + matrixBytes);
      const m12 = v128.load(at + 2 * matrixBytes);
      const m13 = v128.load(at + 3 * matrixBytes);
      at += 4 * matrixBytes;
      const m20 = v128.load(at);
      const m21 = v128.load(at + matrixBytes);
      const m22 = v128.load(at + 2 * matrixBytes);
      const m23 = v128.load(at + 3 * matrixBytes);
      at += 4 * matrixBytes;
      const m30 = v128.load(at);
      const m31 = v128.load(at + matrixBytes);
      const m32 = v128.load(at + 2 * matrixBytes);
      const m33 = v128.load(at + 3 * matrixBytes);
      const to = y + f;
      const s0 = f32x4.add(f32x4.add(m00, m10), m20);
      const s1 = f32x4.add(f32x4.add(m01, m11), m21);
      const s2 = f32x4.add(f32x4.add(m02, m12), m22);
      const s3 = f32x4.add(f32x4.add(m03, m13), m23);
      storePair(to, pixel, s0, s1, s2, s3, shift, least, width);
      if (!hasSecond) continue;
      const t0 = f32x4.sub(f32x4.sub(m10, m20), m30);
      const t1 = f32x4.sub(f32x4.sub(m11, m21), m31);
      const t2 = f32x4.sub(f32x4.sub(m12, m22), m32);
      const t3 = f32x4.sub(f32x4.sub(m13, m23), m33);
      storePair(to + rowOfY, pixel, t0, t1, t2, t3, shift, least, width);
    }
  }
}

/** [a, b, c, d] · A + shift, the second number only where it lies inside; never below `least`. */
function storePair(
  to: usize,
  pixel: i32,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  shift: v128,
  least: v128,
  width: i32,
): void {
  v128.store(to, f32x4.pmax(f32x4.add(f32x4.add(f32x4.add(a, b), c), shift), least));
  if (width > 1) v128.store(to + pixel, f32x4.pmax(f32x4.add(f32x4.sub(f32x4.sub(b, c), d), shift), least));
}
