import type { Numbers } from '../kernel.ts';

/** Sets every row of y to the bias, or to 0: where the sums of a layer start. */
export function startRows(y: Numbers, bias: Numbers | null, columns: number): void {
  y.fill(0);
  if (bias) for (let i = 0; i < y.length; i++) y[i] = bias[i % columns]!;
}

/** max(0, y), in place. */
export function rectify(y: Numbers): void {
  for (let i = 0; i < y.length; i++) if (y[i]! < 0) y[i] = 0;
}

/** sums[j] += Σ over rows of rows[·, j]: the gradient of a bias. */
export function addColumnSums(rows: Numbers, sums: Numbers, columns: number): void {
  for (let i = 0; i < rows.length; i++) sums[i % columns]! += rows[i]!;
}
