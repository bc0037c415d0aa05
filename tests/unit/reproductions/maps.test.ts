import { datasets, generate, random } from '#src';
import { expect, test } from 'vitest';
import {
  boxMask,
  changedBox,
  filledRows,
  looksAtMark,
  positiveShare,
  withoutBox,
} from '../../../scripts/reproductions/localisation/maps.js';

const SIDE = 32;
const SIZE = 3 * SIDE * SIDE;

test('the positive share counts what is above zero, inside against everywhere', () => {
  expect(positiveShare(Float32Array.of(3, -9, 1, 4), Uint8Array.of(1, 1, 0, 0))).toBe(3 / 8);
  expect(positiveShare(Float32Array.of(0, -1), Uint8Array.of(1, 1))).toBeNull();
});

test('a picture and itself with one mark more differ in the rectangle around the mark', () => {
  const picture = Float32Array.from({ length: 4 * 5 * 3 }, (_, i) => i);
  const other = picture.slice();
  other[3 * (1 * 5 + 3) + 2]! += 1;
  other[3 * (2 * 5 + 1)]! += 1;
  const box = { top: 1, left: 1, height: 2, width: 3 };
  expect(changedBox(picture, other, [4, 5, 3])).toEqual(box);
  expect(changedBox(picture, picture.slice(), [4, 5, 3])).toBeNull();
  expect([...boxMask(box, [4, 5])]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
});

test('pictures of concepts with two kinds of mark tell its place: 5 x 5 pixels, one away from a corner', () => {
  const options = { seed: 3, samples: 1, testSamples: 200, correlation: 1 } as const;
  const own = generate(datasets.get('concepts'), options).test;
  const other = generate(datasets.get('concepts'), { ...options, testDistractor: 'random' }).test;
  const boxes = Array.from({ length: 200 }, (_, i) => {
    const [a, b] = [own, other].map(({ inputs }) => inputs.subarray(i * SIZE, (i + 1) * SIZE));
    return changedBox(a, b, [SIDE, SIDE, 3]);
  });
  const found = boxes.filter((box) => box !== null);
  // Chance draws another mark three times in four; four standard errors of 200 draws.
  expect(Math.abs(found.length / 200 - 0.75)).toBeLessThan(4 * Math.sqrt(0.1875 / 200));
  for (const { top, left, height, width } of found) {
    expect([height, width]).toEqual([5, 5]);
    expect([1, 26]).toContain(top);
    expect([1, 26]).toContain(left);
  }
});

test('painting over a rectangle leaves the rest, and fills it with the mean of the pixels around it', () => {
  const noise = random(1, 'picture');
  const picture = Float32Array.from({ length: 6 * 7 * 2 }, () => noise.uniform());
  const box = { top: 0, left: 2, height: 2, width: 2 };
  const painted = withoutBox(picture, box, [6, 7, 2]);
  // The box touches the upper edge: its ring has two rows at either side, and the four pixels below.
  const ring = [1, 4, 8, 11, 15, 16, 17, 18];
  for (let i = 0; i < 42; i++) {
    const [row, column] = [Math.floor(i / 7), i % 7];
    const isInside = row < 2 && column >= 2 && column < 4;
    for (const k of [0, 1]) {
      const mean = ring.reduce((sum, p) => sum + picture[2 * p + k]!, 0) / 8;
      expect(painted[2 * i + k]).toBeCloseTo(isInside ? mean : picture[2 * i + k]!, 6);
    }
  }
});

test('a mask is filled from the first to the last marked pixel of each row', () => {
  const mask = Uint8Array.of(0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
  expect([...filledRows(mask, 5)]).toEqual([0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect(mask[2]).toBe(0);
});

test('a channel looks at the mark if more lies there than on the figure, and with nothing positive it looks nowhere', () => {
  expect(looksAtMark({ onMark: 0.3, onFigure: 0.2 })).toBe(true);
  expect(looksAtMark({ onMark: 0.2, onFigure: 0.2 })).toBe(false);
  expect(looksAtMark({ onMark: null, onFigure: null })).toBe(false);
});
