import { multiply } from './multiply.ts';
import { multiplyTransposed } from './multiplyTransposed.ts';
import { packBias, packPanels, packTransposed, panelBytes } from './panels.ts';
import { PANEL_BYTES, TILE } from './product.ts';
import { addColumnSums, storePart } from './vector.ts';

/** Rows that are looked up at a time: whole tiles. */
const BLOCK: i32 = 96;

/** y = x · panels + bias for a packed matrix of k rows and n columns. */
function multiplyRows(
  x: usize,
  panels: usize,
  bias: usize,
  y: usize,
  m: i32,
  k: i32,
  n: i32,
  relu: i32,
  free: usize,
): void {
  const run = free;
  store<i32>(run, 0);
  store<i32>(run, k, 4);
  const places = run + 8;
  // Rows that fill up a tile stand for the first one again: they are not kept.
  const isWhole = m >= BLOCK;
  const wanted = isWhole ? BLOCK : m;
  const filled = ((wanted + TILE - 1) / TILE) * TILE;
  for (let row = 0; row < filled; row++) {
    store<i32>(places + 8 * row, row < wanted ? 4 * row * k : 0);
    store<i32>(places + 8 * row, row < wanted ? 4 * row * n : 0, 4);
  }
  for (let row = 0; row < m; row += BLOCK) {
    const rows = min(BLOCK, m - row);
    multiply(x + 4 * row * k, places, rows, run, 1, panels, k * PANEL_BYTES, bias, y + 4 * row * n, n, relu);
  }
}

/** y = x · w + bias for one row x: w is read as it lies, packing it would cost more than the product. */
function denseRow(x: usize, w: usize, bias: usize, y: usize, k: i32, n: i32, relu: i32): void {
  if (bias) memory.copy(y, bias, 4 * n);
  else memory.fill(y, 0, 4 * n);
  multiplyTransposed(x, 1, 4, 0, 0, w, n, 1, 1, k, y);
  if (!relu) return;
  const zero = f32x4.splat(0);
  for (let j = 0; j < n; j += 4) storePart(y + 4 * j, f32x4.pmax(v128.load(y + 4 * j), zero), n - j);
}

export function dense(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  m: i32,
  k: i32,
  n: i32,
  relu: i32,
  scratch: usize,
): void {
  if (m == 1) {
    denseRow(x, w, bias, y, k, n, relu);
    return;
  }
  const packedBias = scratch + panelBytes(k, n);
  packPanels(w, k, n, scratch);
  packBias(bias, n, packedBias);
  multiplyRows(x, scratch, packedBias, y, m, k, n, relu, packedBias + panelBytes(1, n));
}

export function denseBackward(
  x: usize,
  w: usize,
  dy: usize,
  dx: usize,
  dw: usize,
  dbias: usize,
  m: i32,
  k: i32,
  n: i32,
  scratch: usize,
): void {
  if (dbias) addColumnSums(dy, m, n, dbias);
  if (dw) multiplyTransposed(x, k, 4 * k, 0, 0, dy, n, 1, 1, m, dw);
  if (dx && m == 1) {
    // dxᵀ = w · dyᵀ: w is read as it lies.
    const zeros = scratch + panelBytes(n, 1);
    packPanels(dy, n, 1, scratch);
    packBias(0, 1, zeros);
    multiplyRows(w, scratch, zeros, dx, k, n, 1, 0, zeros + panelBytes(1, 1));
  } else if (dx) {
    const zeros = scratch + panelBytes(n, k);
    packTransposed(w, n, k, 4 * n, scratch, n * PANEL_BYTES);
    packBias(0, k, zeros);
    multiplyRows(dy, scratch, zeros, dx, m, n, k, 0, zeros + panelBytes(1, k));
  }
}
