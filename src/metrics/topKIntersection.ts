import { InputError } from '../core/errors.ts';
import { whole } from '../core/options.ts';
import { shareOfLargest, type LargestData } from './marked.ts';
import { defineMaskMetric, flatness, unscored } from './metric.ts';

const options = { k: whole(20, 'how many of the largest pixels to look at', 1, 1e6) };

/** Of the k largest pixels, the share inside the mask. */
export const topKIntersection = defineMaskMetric<LargestData, typeof options>({
  id: 'topKIntersection',
  title: 'Top-k intersection',
  question: 'Do the k largest pixels lie where the label is decided?',
  scale: '0: none of them, 1: all of them; a random map gets the share of marked pixels',
  caveat:
    'Nobody knows the right k, and another one can turn the order of two explanations round; agreement with the mask does not show that the net uses those pixels.',
  source: 'Theiner, Müller-Budack and Ewerth 2022',
  options,
  compute({ map, mask }, { k }) {
    if (k > map.length) throw new InputError(`k is too large: ${k}; the map has ${map.length} pixels`);
    const flat = flatness(map);
    return flat === null ? shareOfLargest(map, mask, k) : unscored(flat);
  },
});
