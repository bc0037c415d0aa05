import { TILE } from './product.ts';
import { transposedProduct } from './transposedProduct.ts';

/** dw[i, j] += Σ over pixels of x[i] · dy[j] for `length` numbers i side by side and all columns j of dy. */
export function multiplyTransposed(
  x: usize,
  length: i32,
  xStep: i32,
  xJump: i32,
  dy: usize,
  columns: i32,
  height: i32,
  width: i32,
  dw: usize,
): void {
  const dyStep = 4 * columns;
  for (let i = 0; i < length; i += TILE) {
    const from = x + 4 * i;
    const to = dw + i * dyStep;
    const count = length - i;
    for (let j = 0; j < columns; j += 8) {
      const left = columns - j;
      if (left > 4) {
        transposedProduct<i64>(from, xStep, xJump, dy + 4 * j, dyStep, height, width, to + 4 * j, dyStep, count, left);
      } else {
        transposedProduct<i32>(from, xStep, xJump, dy + 4 * j, dyStep, height, width, to + 4 * j, dyStep, count, left);
      }
    }
  }
}
