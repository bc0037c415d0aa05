import { PANEL_BYTES, product } from './product.ts';

/** All columns of a product: panel by panel, the last one with half the columns where that is enough. */
export function multiply(
  x: usize,
  places: usize,
  rows: i32,
  runs: usize,
  runCount: i32,
  panels: usize,
  panelStep: i32,
  bias: usize,
  y: usize,
  columns: i32,
  relu: i32,
): void {
  for (; columns > 0; columns -= 8, panels += panelStep, bias += PANEL_BYTES, y += PANEL_BYTES) {
    if (columns > 4) product<i64>(x, places, rows, runs, runCount, panels, bias, y, columns, relu);
    else product<i32>(x, places, rows, runs, runCount, panels, bias, y, columns, relu);
  }
}
