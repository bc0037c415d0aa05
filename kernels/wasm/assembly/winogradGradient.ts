import { placeImage } from './images.ts';
import { multiplyTransposed } from './multiplyTransposed.ts';
import { Window } from './window.ts';
import { APART } from './winograd.ts';
import { turnInput } from './winogradTiles.ts';

// The gradient of F(2×2, 3×3) with respect to the kernel: dg = Gᵀ [Σ (Bᵀ d B) ⊙ (A dY Aᵀ)] G, the sum over tiles. Over channels it
// is 16 products of matrices, [channels, tiles] · [tiles, filters].

/** Numbers of one of the 16 matrices that are summed up at a time: enough to make the sums long. */
const BLOCK: i32 = 4096;

/** dw += the gradient of a 3×3 convolution with stride 1. */
export function winogradGradient(x: usize, dy: usize, dw: usize, window: Window): void {
  const channels = window.inChannels;
  const filters = window.outChannels;
  const tilesY = (window.outHeight + 1) >> 1;
  const tilesX = (window.outWidth + 1) >> 1;
  const block = max(1, BLOCK / (tilesX * max(channels, filters)));
  const matrixBytes = 4 * channels * filters + APART;
  const inputBytes = 4 * block * tilesX * channels + APART;
  const slopeBytes = 4 * block * tilesX * filters + APART;
  const rowBytes = 4 * (2 * tilesX + 2) * channels;
  const planeBytes = (2 * tilesY + 2) * rowBytes;

  const plane = window.end;
  const sums = plane + planeBytes;
  const input = sums + 16 * matrixBytes;
  const slopes = input + 16 * inputBytes;
  memory.fill(plane, 0, planeBytes + 16 * matrixBytes);
  let filled = 0;
  for (let n = 0; n < window.batch; n++, x += 4 * window.height * window.width * channels) {
    placeImage(
      x,
      window.height,
      window.width,
      4 * channels,
      plane,
      2 * tilesY + 2,
      2 * tilesX + 2,
      window.top,
      window.left,
    );
    for (let oy = 0; oy < window.outHeight; oy += 2) {
      const at = filled * tilesX;
      turnInput(plane + oy * rowBytes, rowBytes, tilesX, channels, input + 4 * at * channels, inputBytes);
      turnSlopes(
        dy + 4 * oy * window.outWidth * filters,
        window.outWidth,
        oy + 1 < window.outHeight,
        filters,
        slopes + 4 * at * filters,
        slopeBytes,
      );
      filled++;
      const isLast = n + 1 == window.batch && oy + 2 >= window.outHeight;
      if (filled < block && !isLast) continue;
      for (let k = 0; k < 16; k++) {
        multiplyTransposed(
          input + k * inputBytes,
          channels,
          4 * channels,
          0,
          0,
          slopes + k * slopeBytes,
          filters,
          1,
          1,
          filled * tilesX,
          sums + k * matrixBytes,
        );
      }
      filled = 0;
    }
    dy += 4 * window.pixels * filters;
  }
  addTurnedBack(sums, matrixBytes, dw, channels * filters);
}

/**
 * A dY Aᵀ of a row of tiles, A = [1 0; 1 1; 1 −1; 0 −1]: from two rows of dy, or one where the image ends, to 16 matrices
 * [tiles, filters].
 */
function turnSlopes(dy: usize, width: i32, hasSecond: bool, filters: i32, to: usize, matrixBytes: i32): void {
  const pixel = 4 * filters;
  const second = width * pixel;
  const zero = f32x4.splat(0);
  for (; width > 0; width -= 2, dy += 2 * pixel, to += pixel) {
    for (let f = 0; f < pixel; f += 16) {
      const at = dy + f;
      const a = v128.load(at);
      const b = width > 1 ? v128.load(at + pixel) : zero;
      const c = hasSecond ? v128.load(at + second) : zero;
      const d = hasSecond && width > 1 ? v128.load(at + second + pixel) : zero;
      const out = to + f;
      storeSlopes(out, matrixBytes, a, b);
      storeSlopes(out + 4 * matrixBytes, matrixBytes, f32x4.add(a, c), f32x4.add(b, d));
      storeSlopes(out + 8 * matrixBytes, matrixBytes, f32x4.sub(a, c), f32x4.sub(b, d));
      storeSlopes(out + 12 * matrixBytes, matrixBytes, f32x4.neg(c), f32x4.neg(d));
    }
  }
}

/** [a, b] · Aᵀ. */
function storeSlopes(to: usize, step: i32, a: v128, b: v128): void {
  v128.store(to, a);
  v128.store(to + step, f32x4.add(a, b));
  v128.store(to + 2 * step, f32x4.sub(a, b));
  v128.store(to + 3 * step, f32x4.neg(b));
}

/** dw += Gᵀ m G for `size` kernels whose 16 numbers m lie in 16 matrices. */
function addTurnedBack(m: usize, matrixBytes: i32, dw: usize, size: i32): void {
  const rowBytes = 4 * matrixBytes;
  for (let i = 0; i < 4 * size; i += 16) {
    // Gᵀ m, kept in the place of m.
    for (let column = 0; column < 4; column++) {
      const at = m + i + column * matrixBytes;
      const middle = v128.load(at + rowBytes);
      const below = v128.load(at + 2 * rowBytes);
      v128.store(at, f32x4.add(v128.load(at), halfOf(f32x4.add(middle, below))));
      v128.store(at + rowBytes, halfOf(f32x4.sub(middle, below)));
      v128.store(at + 2 * rowBytes, f32x4.add(v128.load(at + 3 * rowBytes), halfOf(f32x4.add(middle, below))));
    }
    for (let row = 0; row < 3; row++) {
      const at = m + i + row * rowBytes;
      const middle = v128.load(at + matrixBytes);
      const below = v128.load(at + 2 * matrixBytes);
      const sum = halfOf(f32x4.add(middle, below));
      const to = dw + i + 12 * row * size;
      addTo(to, f32x4.add(v128.load(at), sum));
      addTo(to + 4 * size, halfOf(f32x4.sub(middle, below)));
      addTo(to + 8 * size, f32x4.add(v128.load(at + 3 * matrixBytes), sum));
    }
  }
}

function halfOf(numbers: v128): v128 {
  return f32x4.mul(numbers, f32x4.splat(0.5));
}

function addTo(to: usize, numbers: v128): void {
  v128.store(to, f32x4.add(v128.load(to), numbers));
}
