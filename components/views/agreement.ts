import { spearman } from '#src';

/**
 * How much two maps agree about where: the rank correlation of their sizes, signs left out (Spearman 1904). Null where
 * one of them is the same everywhere, or where there are too few numbers to rank.
 */
export function agreement(a: Float32Array, b: Float32Array): number | null {
  return a.length === b.length && a.length > 4 ? spearman(a.map(Math.abs), b.map(Math.abs)) : null;
}
