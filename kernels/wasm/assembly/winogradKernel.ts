import { PANEL_BYTES } from './product.ts';

/**
 * G g Gᵀ of every 3×3 kernel g, G = [1 0 0; ½ ½ ½; ½ −½ ½; 0 0 1]: 16 packed matrices [channels, filters]. On the way back the
 * roles of channels and filters change, and every g is read from its end.
 */
export function turnKernel(
  w: usize,
  channels: i32,
  filters: i32,
  isBack: bool,
  matrices: usize,
  matrixBytes: i32,
): void {
  for (let c = 0; c < channels; c++) {
    for (let f = 0; f < filters; f += 4) {
      const to = matrices + (f >> 3) * channels * PANEL_BYTES + c * PANEL_BYTES + 4 * (f & 4);
      for (let column = 0; column < 3; column++) {
        const a = weights(w, column, c, f, channels, filters, isBack);
        const b = weights(w, 3 + column, c, f, channels, filters, isBack);
        const d = weights(w, 6 + column, c, f, channels, filters, isBack);
        // G g, kept where the results of these columns will be.
        storeTurned(to + column * matrixBytes, 4 * matrixBytes, a, b, d);
      }
      for (let row = 0; row < 4; row++) {
        const from = to + 4 * row * matrixBytes;
        const a = v128.load(from);
        const b = v128.load(from + matrixBytes);
        const d = v128.load(from + 2 * matrixBytes);
        storeTurned(from, matrixBytes, a, b, d);
      }
    }
  }
}

/** G · [a, b, d]. */
function storeTurned(to: usize, step: i32, a: v128, b: v128, d: v128): void {
  const half = f32x4.splat(0.5);
  const ends = f32x4.mul(f32x4.add(a, d), half);
  const middle = f32x4.mul(b, half);
  v128.store(to, a);
  v128.store(to + step, f32x4.add(ends, middle));
  v128.store(to + 2 * step, f32x4.sub(ends, middle));
  v128.store(to + 3 * step, d);
}

/** A tap's weights from channel c to four filters. */
function weights(w: usize, tap: i32, c: i32, f: i32, channels: i32, filters: i32, isBack: bool): v128 {
  if (!isBack) return v128.load(w + 4 * ((tap * channels + c) * filters + f));
  const from = w + 4 * (((8 - tap) * filters + f) * channels + c);
  let four = v128.load32_splat(from);
  four = v128.load_lane<f32>(from + 4 * channels, four, 1);
  four = v128.load_lane<f32>(from + 8 * channels, four, 2);
  return v128.load_lane<f32>(from + 12 * channels, four, 3);
}
