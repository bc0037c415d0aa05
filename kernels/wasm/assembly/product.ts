import { isWide, madd, storeRow } from './vector.ts';

/** Rows of a tile: with two vectors of columns, as many sums as fit the registers. */
export const TILE: i32 = 6;
/** Bytes per row of a packed panel: eight columns. */
export const PANEL_BYTES: i32 = 32;

/**
 * y[p] = Σ over runs, k: x[p][run][k] · panel[k] + bias, for eight columns (or four) at a time. Row p starts at x and ends at y
 * where `places` say, two byte offsets per row, filled up to whole tiles. A run is a stretch of a row's numbers: bytes to
 * go to it from the end of the one before, and its length.
 */
export function product<Columns>(
  x: usize,
  places: usize,
  rows: i32,
  runs: usize,
  runCount: i32,
  panel: usize,
  bias: usize,
  y: usize,
  columns: i32,
  relu: i32,
): void {
  const runsEnd = runs + 8 * runCount;
  let b1 = f32x4.splat(0);
  for (; rows > 0; rows -= TILE, places += 8 * TILE) {
    let a0 = x + load<i32>(places);
    let a1 = x + load<i32>(places, 8);
    let a2 = x + load<i32>(places, 16);
    let a3 = x + load<i32>(places, 24);
    let a4 = x + load<i32>(places, 32);
    let a5 = x + load<i32>(places, 40);
    let c00 = v128.load(bias);
    let c01 = v128.load(bias, 16);
    let c10 = c00;
    let c11 = c01;
    let c20 = c00;
    let c21 = c01;
    let c30 = c00;
    let c31 = c01;
    let c40 = c00;
    let c41 = c01;
    let c50 = c00;
    let c51 = c01;
    let a: v128;
    let b0: v128;
    let b = panel;
    for (let run = runs; run < runsEnd; run += 8) {
      const gap = load<i32>(run);
      a0 += gap;
      a1 += gap;
      a2 += gap;
      a3 += gap;
      a4 += gap;
      a5 += gap;
      let steps = load<i32>(run, 4);
      for (; steps >= 4; steps -= 4) {
        b0 = v128.load(b);
        if (isWide<Columns>()) b1 = v128.load(b, 16);
        a = v128.load32_splat(a0);
        c00 = madd(a, b0, c00);
        if (isWide<Columns>()) c01 = madd(a, b1, c01);
        a = v128.load32_splat(a1);
        c10 = madd(a, b0, c10);
        if (isWide<Columns>()) c11 = madd(a, b1, c11);
        a = v128.load32_splat(a2);
        c20 = madd(a, b0, c20);
        if (isWide<Columns>()) c21 = madd(a, b1, c21);
        a = v128.load32_splat(a3);
        c30 = madd(a, b0, c30);
        if (isWide<Columns>()) c31 = madd(a, b1, c31);
        a = v128.load32_splat(a4);
        c40 = madd(a, b0, c40);
        if (isWide<Columns>()) c41 = madd(a, b1, c41);
        a = v128.load32_splat(a5);
        c50 = madd(a, b0, c50);
        if (isWide<Columns>()) c51 = madd(a, b1, c51);
        b0 = v128.load(b, 32);
        if (isWide<Columns>()) b1 = v128.load(b, 48);
        a = v128.load32_splat(a0, 4);
        c00 = madd(a, b0, c00);
        if (isWide<Columns>()) c01 = madd(a, b1, c01);
        a = v128.load32_splat(a1, 4);
        c10 = madd(a, b0, c10);
        if (isWide<Columns>()) c11 = madd(a, b1, c11);
        a = v128.load32_splat(a2, 4);
        c20 = madd(a, b0, c20);
        if (isWide<Columns>()) c21 = madd(a, b1, c21);
        a = v128.load32_splat(a3, 4);
        c30 = madd(a, b0, c30);
        if (isWide<Columns>()) c31 = madd(a, b1, c31);
        a = v128.load32_splat(a4, 4);
        c40 = madd(a, b0, c40);
        if (isWide<Columns>()) c41 = madd(a, b1, c41);
        a = v128.load32_splat(a5, 4);
        c50 = madd(a, b0, c50);
        if (isWide<Columns>()) c51 = madd(a, b1, c51);
        b0 = v128.load(b, 64);
        if (isWide<Columns>()) b1 = v128.load(b, 80);
        a = v128.load32_splat(a0, 8);
        c00 = madd(a, b0, c00);
        if (isWide<Columns>()) c01 = madd(a, b1, c01);
        a = v128.load32_splat(a1, 8);
        c10 = madd(a, b0, c10);
        if (isWide<Columns>()) c11 = madd(a, b1, c11);
        a = v128.load32_splat(a2, 8);
        c20 = madd(a, b0, c20);
        if (isWide<Columns>()) c21 = madd(a, b1, c21);
        a = v128.load32_splat(a3, 8);
        c30 = madd(a, b0, c30);
        if (isWide<Columns>()) c31 = madd(a, b1, c31);
        a = v128.load32_splat(a4, 8);
        c40 = madd(a, b0, c40);
        if (isWide<Columns>()) c41 = madd(a, b1, c41);
        a = v128.load32_splat(a5, 8);
        c50 = madd(a, b0, c50);
        if (isWide<Columns>()) c51 = madd(a, b1, c51);
        b0 = v128.load(b, 96);
        if (isWide<Columns>()) b1 = v128.load(b, 112);
        a = v128.load32_splat(a0, 12);
        c00 = madd(a, b0, c00);
        if (isWide<Columns>()) c01 = madd(a, b1, c01);
        a = v128.load32_splat(a1, 12);
        c10 = madd(a, b0, c10);
        if (isWide<Columns>()) c11 = madd(a, b1, c11);
        a = v128.load32_splat(a2, 12);
        c20 = madd(a, b0, c20);
        if (isWide<Columns>()) c21 = madd(a, b1, c21);
        a = v128.load32_splat(a3, 12);
        c30 = madd(a, b0, c30);
        if (isWide<Columns>()) c31 = madd(a, b1, c31);
        a = v128.load32_splat(a4, 12);
        c40 = madd(a, b0, c40);
        if (isWide<Columns>()) c41 = madd(a, b1, c41);
        a = v128.load32_splat(a5, 12);
        c50 = madd(a, b0, c50);
        if (isWide<Columns>()) c51 = madd(a, b1, c51);
        a0 += 16;
        a1 += 16;
        a2 += 16;
        a3 += 16;
        a4 += 16;
        a5 += 16;
        b += 4 * PANEL_BYTES;
      }
      for (; steps > 0; steps--) {
        b0 = v128.load(b);
        if (isWide<Columns>()) b1 = v128.load(b, 16);
        a = v128.load32_splat(a0);
        c00 = madd(a, b0, c00);
        if (isWide<Columns>()) c01 = madd(a, b1, c01);
        a = v128.load32_splat(a1);
        c10 = madd(a, b0, c10);
        if (isWide<Columns>()) c11 = madd(a, b1, c11);
        a = v128.load32_splat(a2);
        c20 = madd(a, b0, c20);
        if (isWide<Columns>()) c21 = madd(a, b1, c21);
        a = v128.load32_splat(a3);
        c30 = madd(a, b0, c30);
        if (isWide<Columns>()) c31 = madd(a, b1, c31);
        a = v128.load32_splat(a4);
        c40 = madd(a, b0, c40);
        if (isWide<Columns>()) c41 = madd(a, b1, c41);
        a = v128.load32_splat(a5);
        c50 = madd(a, b0, c50);
        if (isWide<Columns>()) c51 = madd(a, b1, c51);
        a0 += 4;
        a1 += 4;
        a2 += 4;
        a3 += 4;
        a4 += 4;
        a5 += 4;
        b += PANEL_BYTES;
      }
    }
    if (relu) {
      const zero = f32x4.splat(0);
      c00 = f32x4.pmax(c00, zero);
      c01 = f32x4.pmax(c01, zero);
      c10 = f32x4.pmax(c10, zero);
      c11 = f32x4.pmax(c11, zero);
      c20 = f32x4.pmax(c20, zero);
      c21 = f32x4.pmax(c21, zero);
      c30 = f32x4.pmax(c30, zero);
      c31 = f32x4.pmax(c31, zero);
      c40 = f32x4.pmax(c40, zero);
      c41 = f32x4.pmax(c41, zero);
      c50 = f32x4.pmax(c50, zero);
      c51 = f32x4.pmax(c51, zero);
    }
    storeRow<Columns>(y + load<i32>(places, 4), c00, c01, columns);
    if (rows < 2) return;
    storeRow<Columns>(y + load<i32>(places, 12), c10, c11, columns);
    if (rows < 3) return;
    storeRow<Columns>(y + load<i32>(places, 20), c20, c21, columns);
    if (rows < 4) return;
    storeRow<Columns>(y + load<i32>(places, 28), c30, c31, columns);
    if (rows < 5) return;
    storeRow<Columns>(y + load<i32>(places, 36), c40, c41, columns);
    if (rows < 6) return;
    storeRow<Columns>(y + load<i32>(places, 44), c50, c51, columns);
  }
}
