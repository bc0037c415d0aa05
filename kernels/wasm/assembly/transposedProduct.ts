import { addRow, isWide, madd } from './vector.ts';

/**
 * dw[i] += Σ over pixels of x[i] · dy for four numbers i that lie side by side (`count` of them kept), and eight columns of dy
 * (or four). The pixels are those of `images` with `height` rows of `width`: x moves on by `xStep` bytes per pixel, `xJump` more
 * per row and `imageJump` more per image.
 */
export function transposedProduct<Columns>(
  x: usize,
  xStep: i32,
  xJump: i32,
  imageJump: i32,
  dy: usize,
  dyStep: i32,
  images: i32,
  height: i32,
  width: i32,
  dw: usize,
  dwStep: i32,
  count: i32,
  columns: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let a: v128;
  let b0: v128;
  let b1 = f32x4.splat(0);
  for (; images > 0; images--, x += imageJump) {
    for (let rows = height; rows > 0; rows--, x += xJump) {
      let n = width;
      while (true) {
        b0 = v128.load(dy);
        if (isWide<Columns>()) b1 = v128.load(dy, 16);
        a = v128.load32_splat(x);
        c00 = madd(a, b0, c00);
        if (isWide<Columns>()) c01 = madd(a, b1, c01);
        a = v128.load32_splat(x, 4);
        c10 = madd(a, b0, c10);
        if (isWide<Columns>()) c11 = madd(a, b1, c11);
        a = v128.load32_splat(x, 8);
        c20 = madd(a, b0, c20);
        if (isWide<Columns>()) c21 = madd(a, b1, c21);
        a = v128.load32_splat(x, 12);
        c30 = madd(a, b0, c30);
        if (isWide<Columns>()) c31 = madd(a, b1, c31);
        x += xStep;
        dy += dyStep;
        if (n < 2) break;
        b0 = v128.load(dy);
        if (isWide<Columns>()) b1 = v128.load(dy, 16);
        a = v128.load32_splat(x);
        c00 = madd(a, b0, c00);
        if (isWide<Columns>()) c01 = madd(a, b1, c01);
        a = v128.load32_splat(x, 4);
        c10 = madd(a, b0, c10);
        if (isWide<Columns>()) c11 = madd(a, b1, c11);
        a = v128.load32_splat(x, 8);
        c20 = madd(a, b0, c20);
        if (isWide<Columns>()) c21 = madd(a, b1, c21);
        a = v128.load32_splat(x, 12);
        c30 = madd(a, b0, c30);
        if (isWide<Columns>()) c31 = madd(a, b1, c31);
        x += xStep;
        dy += dyStep;
        if (n < 3) break;
        n -= 2;
      }
    }
  }
  addRow<Columns>(dw, c00, c01, columns);
  if (count < 2) return;
  addRow<Columns>(dw + dwStep, c10, c11, columns);
  if (count < 3) return;
  addRow<Columns>(dw + 2 * dwStep, c20, c21, columns);
  if (count < 4) return;
  addRow<Columns>(dw + 3 * dwStep, c30, c31, columns);
}
