import { isWide, madd, storeRow } from './vector.ts';

/** Rows of a tile. With two vectors of columns its sums fill half the registers, and one step's numbers the other half. */
export const TILE: i32 = 4;
/** Bytes per row of a packed panel: eight columns. */
export const PANEL_BYTES: i32 = 32;

/**
 * y[p] = Σ over runs, k: x[p][run][k] · panel[k] + bias, for eight columns (or four) at a time. Row p starts at x and ends at y
 * where `places` say, two byte offsets per row, filled up to whole tiles. A run is a stretch of a row's numbers: how many
 * bytes behind the start of the row, and its length.
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
    let c00 = v128.load(bias);
    let c01 = v128.load(bias, 16);
    let c10 = c00;
    let c11 = c01;
    let c20 = c00;
    let c21 = c01;
    let c30 = c00;
    let c31 = c01;
    let a: v128;
    let b0: v128;
    let b = panel;
    for (let run = runs; run < runsEnd; run += 8) {
      const start = x + load<i32>(run);
      let a0 = start + load<i32>(places);
      let a1 = start + load<i32>(places, 8);
      let a2 = start + load<i32>(places, 16);
      let a3 = start + load<i32>(places, 24);
      let steps = load<i32>(run, 4);
      const bNext = b + PANEL_BYTES * steps;
      // Leaving after any step keeps the compiler from loading for all four at once: there are not so many registers.
      while (true) {
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
        if (steps < 2) break;
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
        if (steps < 3) break;
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
        if (steps < 4) break;
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
        if (steps < 5) break;
        steps -= 4;
        a0 += 16;
        a1 += 16;
        a2 += 16;
        a3 += 16;
        b += 4 * PANEL_BYTES;
      }
      b = bNext;
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
    }
    storeRow<Columns>(y + load<i32>(places, 4), c00, c01, columns);
    if (rows < 2) return;
    storeRow<Columns>(y + load<i32>(places, 12), c10, c11, columns);
    if (rows < 3) return;
    storeRow<Columns>(y + load<i32>(places, 20), c20, c21, columns);
    if (rows < 4) return;
    storeRow<Columns>(y + load<i32>(places, 28), c30, c31, columns);
  }
}
