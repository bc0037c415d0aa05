import { cos, sin } from '../core/elementary.ts';
import { real } from '../core/options.ts';
import type { Random } from '../core/random.ts';
import { sampleCounts } from './dataset.ts';
import { defineDataset } from './defineDataset.ts';
import { digitStyles } from './handwriting/digits.ts';
import { roundPen } from './handwriting/pen.ts';

const SIDE = 28;

/** Handwritten digits without a file: the lab opens with them, and a lesson needs no download. */
export const glyphs = defineDataset({
  id: 'glyphs',
  title: 'Ten drawn digits',
  summary: 'Digits written by a seeded pen; a small convolutional net learns them in a minute, a linear one does not.',
  source: 'own drawing: splines through shaken way points, slanted, turned, scaled and inked by a round pen',
  shape: [SIDE, SIDE, 1],
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  units: 'grey level, 0 paper to 1 ink',
  options: {
    ...sampleCounts(3000, 500),
    variety: real(1, 'how much the hands differ, 0 for print', 0, 2),
    noise: real(0.06, 'grain of ink and paper', 0, 0.5),
  },
  sample(index, input, random, { variety, noise }) {
    const digit = index % 10;
    const styles = digitStyles[digit]!;
    const style = styles[random.integer(styles.length)]!;
    const hand = steadyHand(random, variety);
    const pen = roundPen(input, SIDE, hand.radius);
    input.fill(0);
    for (const { points, corners } of style) {
      const placed = hand.place(points);
      for (let k = 1; k < corners.length; k++) pen.draw(placed.slice(2 * corners[k - 1]!, 2 * corners[k]! + 2));
    }
    addGrain(input, random, noise);
    return digit;
  },
});

/** Between -1 and 1, most often near 0. Bounded, so that no digit leaves the paper. */
const bell = (random: Random): number => random.uniform() + random.uniform() - 1;

/** How one digit is written: where on the paper, how large, how slanted, with which pen. `variety` 0 is print. */
function steadyHand(random: Random, variety: number) {
  const vary = (middle: number, spread: number) => middle + spread * variety * bell(random);
  const radius = Math.max(0.8, vary(1.35, 0.6));
  const height = vary(0.18, 0.045); // pixels per unit of the box
  const width = height * vary(0.92, 0.3);
  const slant = vary(0.12, 0.34);
  const turn = vary(0, 0.32);
  const centreX = vary(SIDE / 2, 3.3);
  const centreY = vary(SIDE / 2, 3.3);
  const c = cos(turn);
  const s = sin(turn);
  return {
    radius,
    /** Way points in the box to pixels, each shaken a little. */
    place(points: readonly number[]): number[] {
      const placed: number[] = [];
      for (let i = 0; i < points.length; i += 2) {
        const y = height * vary(points[i + 1]! - 50, 8);
        const x = width * vary(points[i]! - 50, 8) - slant * y;
        placed.push(centreX + c * x - s * y, centreY + s * x + c * y);
      }
      return placed;
    },
  };
}

/** Uneven ink and specks on the paper, kept within 0 to 1. */
function addGrain(picture: Float32Array, random: Random, noise: number): void {
  if (noise === 0) return;
  for (let i = 0; i < picture.length; i++) {
    picture[i] = Math.max(0, Math.min(1, picture[i]! + noise * bell(random)));
  }
}
