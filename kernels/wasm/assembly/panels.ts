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
  for (; columns > 0; columns -= 8, from += 8 * step, to += panelStep) {
    const count = min(8, columns);
    for (let r = 0; r < rows; r++) packTail(from + 4 * r, step, count, to + r * PANEL_BYTES);
  }
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
