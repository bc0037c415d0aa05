/** a · b + c; rounded once where the build has a fused operation. */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Whether a product for as many columns as its type has bytes takes two vectors of them: i64 for eight, i32 for four. */
export function isWide<Columns>(): bool {
  return sizeof<Columns>() == 8;
}

/** Stores the first `count` of four numbers, or all. */
export function storePart(to: usize, numbers: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, numbers);
    return;
  }
  if (count > 0) v128.store_lane<f32>(to, numbers, 0);
  if (count > 1) v128.store_lane<f32>(to, numbers, 1, 4);
  if (count > 2) v128.store_lane<f32>(to, numbers, 2, 8);
}

/** Stores the first `columns` of a row of eight or four. */
export function storeRow<Columns>(to: usize, low: v128, high: v128, columns: i32): void {
  storePart(to, low, columns);
  if (isWide<Columns>()) storePart(to + 16, high, columns - 4);
}

/** Adds the first `columns` of a row of eight or four to what stands there. */
export function addRow<Columns>(to: usize, low: v128, high: v128, columns: i32): void {
  storePart(to, f32x4.add(v128.load(to), low), columns);
  if (isWide<Columns>()) storePart(to + 16, f32x4.add(v128.load(to, 16), high), columns - 4);
}

/** sums[j] += Σ of column j of a matrix; both may be read up to three numbers past their end. */
export function addColumnSums(matrix: usize, rows: i32, columns: i32, sums: usize): void {
  const step = 4 * columns;
  for (; columns > 0; columns -= 8, matrix += 32, sums += 32) {
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    let row = matrix;
    for (let n = rows; n > 0; n--, row += step) {
      low = f32x4.add(low, v128.load(row));
      high = f32x4.add(high, v128.load(row, 16));
    }
    addRow<i64>(sums, low, high, columns);
  }
}
