import type { Scale } from './colour.ts';

/** Relevance maps end at this quantile of |value|, so that one bright pixel does not pale all others. */
const SIGNED_QUANTILE = 0.995;

/** The value at the end of a map's scale: the largest amount, or the 99.5 % quantile of the sizes of signed values. */
export function scaleEnd(values: Float32Array, scale: Scale): number {
  if (scale !== 'signed') return values.reduce((most, value) => (value > most ? value : most), 0);
  const sizes = values.map(Math.abs).filter(Number.isFinite).sort();
  return sizes[Math.ceil(SIGNED_QUANTILE * sizes.length) - 1] ?? 0;
}
