import { TILE } from './product.ts';
import { transposedProduct } from './transposedProduct.ts';

/** dw[i, j] += Σ over pixels of x[i] · dy[j] for `length` numbers i side by side and all columns j of dy; see transposedProduct. */
export function multiplyTransposed(
  x: usize,
  length: i32,
  xStep: i32,
  xJump: i32,
  imageJump: i32,
  dy: usize,
  columns: i32,
  images: i32,
  height: i32,
  width: i32,
  dw: usize,
): void {
  const step = 4 * columns;
  for (; length > 0; length -= TILE, x += 4 * TILE, dw += TILE * step) {
    let from = dy;
    let to = dw;
    for (let left = columns; left > 0; left -= 8, from += 32, to += 32) {
      if (left > 4) {
        transposedProduct<i64>(x, xStep, xJump, imageJump, from, step, images, height, width, to, step, length, left);
      } else {
        transposedProduct<i32>(x, xStep, xJump, imageJump, from, step, images, height, width, to, step, length, left);
      }
    }
  }
}
