import { defineMetric, unscored } from './metric.ts';

/** Added to every |a|, as in the reference. */
const FLOOR = 1e-7;

/** Gini index of |a|: Σ (2i − n − 1)·a_i / (n·Σ a) over the sizes in rising order, i from 1. */
export const sparseness = defineMetric({
  id: 'sparseness',
  title: 'Sparseness',
  question: 'Does the map settle on few pixels?',
  scale: '0: all pixels alike, towards 1: one pixel holds everything',
  caveat: 'A sparse map is easy to read and may still be wrong: one wrong pixel alone is as sparse as a map can be.',
  source: 'Chalasani et al. 2020; Gini 1912',
  options: {},
  compute({ map }) {
    if (map.every((a) => a === 0)) return unscored('empty map: the relevance is 0 everywhere');
    const sizes = Float64Array.from(map, (a) => Math.abs(a) + FLOOR).sort();
    const n = sizes.length;
    let [weighted, total] = [0, 0];
    sizes.forEach((a, i) => {
      weighted += (2 * (i + 1) - n - 1) * a;
      total += a;
    });
    return { value: weighted / (n * total) };
  },
});
