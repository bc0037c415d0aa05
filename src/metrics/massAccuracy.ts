import { countMarked } from './marked.ts';
import { defineMaskMetric, unscored } from './metric.ts';

export interface MassAccuracyData {
  /** Share of the positive relevance that lies inside the mask. */
  readonly value: number;
  /** The same with negative relevance counted as it is; leaves 0 to 1 at will. Null where the map sums to 0. */
  readonly signed: number | null;
  /** What an even map gets: the mask's share of the picture. */
  readonly chance: number;
}

/** Σ a⁺·s / Σ a⁺ over the pixels, s the mask; channels are added up before. */
export const massAccuracy = defineMaskMetric<MassAccuracyData>({
  id: 'massAccuracy',
  title: 'Relevance mass accuracy',
  question: 'How much of the positive relevance lies where the label is decided?',
  scale: '0: none of it, 1: all of it; an even map gets the share of marked pixels',
  caveat:
    'It shows whether the map agrees with the mask, not whether the net uses those pixels: a true map of a net that decides by the background scores low.',
  source: 'Arras, Osman and Samek 2022 (CLEVR-XAI)',
  options: {},
  compute({ map, mask }) {
    const total = { positive: 0, signed: 0 };
    const inside = { positive: 0, signed: 0 };
    map.forEach((a, i) => {
      total.signed += a;
      total.positive += Math.max(a, 0);
      inside.signed += a * mask[i]!;
      inside.positive += Math.max(a, 0) * mask[i]!;
    });
    if (total.positive === 0) return unscored('no positive relevance: no pixel speaks for the class');
    return {
      value: inside.positive / total.positive,
      signed: total.signed === 0 ? null : inside.signed / total.signed,
      chance: countMarked(mask) / mask.length,
    };
  },
});
