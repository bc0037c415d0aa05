import { countMarked } from './marked.ts';
import { defineMaskMetric, flatness, unscored } from './metric.ts';

export interface PointingGameData {
  /** 1: the largest pixel, or one of several equally large ones, lies in the mask; 0: none does. */
  readonly value: 0 | 1;
  /** How many pixels share the largest value. */
  readonly tied: number;
  /** How often a random pixel hits: the mask's share of the picture. */
  readonly chance: number;
}

/** Does the largest pixel lie in the mask? */
export const pointingGame = defineMaskMetric<PointingGameData>({
  id: 'pointingGame',
  title: 'Pointing game',
  question: 'Does the largest pixel lie where the label is decided?',
  scale: '1: a hit, 0: a miss; a random pixel hits as often as pixels are marked',
  caveat:
    'One pixel decides it, so a hit says nothing about the rest of the map, and on a large mask it is mostly luck.',
  source: 'Zhang et al. 2016 (excitation backprop)',
  options: {},
  compute({ map, mask }) {
    const flat = flatness(map);
    if (flat !== null) return unscored(flat);
    const most = map.reduce((a, b) => Math.max(a, b));
    const winners = [...map.keys()].filter((i) => map[i] === most);
    return {
      value: winners.some((i) => mask[i] === 1) ? 1 : 0,
      tied: winners.length,
      chance: countMarked(mask) / mask.length,
    };
  },
});
