import { PANEL_BYTES } from './product.ts';

/** Bytes of a packed matrix of so many rows: panels of eight columns, the last one filled up with zeros. */
export function panelBytes(rows: i32, columns: i32): i32 {
  return rows * ((columns + 7) >> 3) * PANEL_BYTES;
}

/** Packs a matrix [rows, columns]: panel after panel, eight numbers per row. */
export function packPanels(from: usize, rows: i32, columns: i32, to: usize): void {
  for (let column = 0; column < columns; column += 8) {
    const count = min(8, columns - column);
    let row = from + 4 * column;
    for (let r = 0; r < rows; r++, row += 4 * columns, to += PANEL_BYTES) {
      if (count == 8) {
        v128.store(to, v128.load(row));
        v128.store(to, v128.load(row, 16), 16);
      } else {
        packTail(row, 4, count, to);
      }
    }
  }
}

/**
 * Packs a stretch of rows of a matrix that lies transposed, [columns, rows]: `step` bytes from column to column. Panels are
 * `panelStep` bytes apart.
 */
export function packTransposed(from: usize, rows: i32, columns: i32, step: i32, to: usize, panelStep: i32): void {
  const blocks = rows & ~3;
  for (; columns > 0; columns -= 8, from += 8 * step, to += panelStep) {
    let r = 0;
    if (columns >= 8) {
      for (; r < blocks; r += 4) {
        turnBlock(from + 4 * r, step, to + r * PANEL_BYTES);
        turnBlock(from + 4 * step + 4 * r, step, to + r * PANEL_BYTES + 16);
      }
    }
    for (; r < rows; r++) packTail(from + 4 * r, step, min(8, columns), to + r * PANEL_BYTES);
  }
}

/** Four columns of four numbers become four rows of half a panel. */
function turnBlock(from: usize, step: i32, to: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + step);
  const c = v128.load(from + 2 * step);
  const d = v128.load(from + 3 * step);
  const abLow = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cdLow = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(abLow, cdLow, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(abLow, cdLow, 2, 3, 6, 7), PANEL_BYTES);
  v128.store(to, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), 2 * PANEL_BYTES);
  v128.store(to, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), 3 * PANEL_BYTES);
}

/** Eight numbers: `count` of them `step` bytes apart, then zeros. */
function packTail(from: usize, step: i32, count: i32, to: usize): void {
  for (let i = 0; i < 8; i++, from += step, to += 4) store<f32>(to, i < count ? load<f32>(from) : 0);
}

/** The numbers of a bias, or zeros, filled up to whole panels. */
export function packBias(bias: usize, columns: i32, to: usize): void {
  const bytes = ((columns + 7) >> 3) * PANEL_BYTES;
  memory.fill(to, 0, bytes);
  if (bias) memory.copy(to, bias, 4 * columns);
}
