import { countMarked, shareOfLargest, type LargestData } from './marked.ts';
import { defineMaskMetric, flatness, unscored } from './metric.ts';

/** Of the K largest pixels, the share inside a mask of K pixels. */
export const rankAccuracy = defineMaskMetric<LargestData>({
  id: 'rankAccuracy',
  title: 'Relevance rank accuracy',
  question: 'Are the largest pixels the ones that decide the label?',
  scale: '0: none of them, 1: all of them; a random map gets the share of marked pixels',
  caveat:
    'Only the order of the pixels counts, so faint and strong relevance score alike, and agreement with the mask does not show that the net uses those pixels.',
  source: 'Arras, Osman and Samek 2022 (CLEVR-XAI)',
  options: {},
  compute({ map, mask }) {
    const flat = flatness(map);
    return flat === null ? shareOfLargest(map, mask, countMarked(mask)) : unscored(flat);
  },
});
