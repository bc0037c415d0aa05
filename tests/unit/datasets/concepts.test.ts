import { datasets, generate, InputError, random, type RandomState, randomFrom, type Samples } from '#src';
import { expect, test } from 'vitest';

const SIDE = 32;
const AREA = SIDE * SIDE;
const KINDS = [0, 1, 2, 3] as const;
const FACTORS = ['shape', 'colour', 'texture'] as const;
type Factor = (typeof FACTORS)[number];
const concepts = datasets.get('concepts');
/** The quantile 1 - 1e-4 of the chi-square distribution with 9 degrees of freedom, for tables of 4 x 4. */
const CHI_SQUARE = 33.7;

/** One picture drawn from a state of the generator; from the same state another label changes the factor and no more. */
function draw(state: RandomState, label: number, factor: Factor, options = {}) {
  const picture = new Float32Array(3 * AREA);
  const mask = new Uint8Array(AREA);
  const stream = randomFrom(state);
  const all = { ...concepts.defaults, noise: 0, factor, ...options };
  concepts.sample(label, picture, stream, all, { split: 'train', mask });
  return { picture, mask, next: stream.state() };
}

/** States of the generator between samples. */
function states(count: number, seed: number): RandomState[] {
  const found = [random(seed, 'concepts').state()];
  while (found.length < count) found.push(draw(found.at(-1)!, 0, 'shape').next);
  return found;
}

const pixel = (picture: Float32Array, i: number) => picture.subarray(3 * i, 3 * i + 3);
const isInk = (picture: Float32Array, i: number) => Math.max(...pixel(picture, i)) < 0.2;
const differs = (a: Float32Array, b: Float32Array, i: number) =>
  pixel(a, i).some((value, k) => Math.abs(value - pixel(b, i)[k]!) > 1 / 255);

/** What was drawn for two factors: the pair of labels for which deciding by one and by the other give the same picture. */
function drawn(state: RandomState, one: Factor, other: Factor): readonly [number, number] {
  const byOther = KINDS.map((label) => draw(state, label, other).picture);
  for (const label of KINDS) {
    const { picture } = draw(state, label, one);
    const match = byOther.findIndex((candidate) => candidate.every((value, i) => value === picture[i]));
    if (match >= 0) return [label, match];
  }
  throw new Error('no pair of labels gives the same picture');
}

/** How often each pair of values comes up, and how far that is from independence. */
function chiSquare(pairs: readonly (readonly [number, number])[]): number {
  const share = (holds: (pair: readonly [number, number]) => boolean) => pairs.filter(holds).length / pairs.length;
  let sum = 0;
  for (const a of KINDS)
    for (const b of KINDS) {
      const expected = share((pair) => pair[0] === a) * share((pair) => pair[1] === b);
      sum += (share((pair) => pair[0] === a && pair[1] === b) - expected) ** 2 / expected;
    }
  return pairs.length * sum;
}

const DRAWINGS = [
  '..#.. ..#.. ##### ..#.. ..#..',
  '#...# .#.#. ..#.. .#.#. #...#',
  '.###. #...# #...# #...# .###.',
  '..... ##### ..... ##### .....',
];

/** Where the mark of a picture without noise lies, and which it is. */
function markOf(picture: Float32Array): { kind: number; pixels: number[] } {
  for (const top of [1, 26])
    for (const left of [1, 26]) {
      const rows = [0, 1, 2, 3, 4].map((row) => [0, 1, 2, 3, 4].map((column) => (top + row) * SIDE + left + column));
      const shown = rows.map((row) => row.map((i) => (isInk(picture, i) ? '#' : '.')).join('')).join(' ');
      if (shown.includes('#')) return { kind: DRAWINGS.indexOf(shown), pixels: rows.flat() };
    }
  throw new Error('no mark');
}

const pictureOf = ({ inputs }: Samples, i: number) => inputs.subarray(3 * AREA * i, 3 * AREA * (i + 1));
const marksOf = (samples: Samples) =>
  [...samples.labels].map((label, i) => [markOf(pictureOf(samples, i)).kind, label] as const);
const cramersV = (pairs: readonly (readonly [number, number])[]) => Math.sqrt(chiSquare(pairs) / (3 * pairs.length));

test('the deciding factor names the classes, and every factor has four', () => {
  const named = (factor: Factor) => generate(concepts, { samples: 4, testSamples: 4, factor }).classes;
  expect(named('shape')).toEqual(['disc', 'square', 'triangle', 'cross']);
  expect(named('colour')).toEqual(['blue', 'yellow', 'red', 'teal']);
  expect(named('texture')).toEqual(['plain', 'stripes', 'checks', 'dots']);
});

test.for(FACTORS)('%s as the factor gives pictures from 0 to 1 with masks of zeros and ones', (factor) => {
  const { train, test: held } = generate(concepts, { seed: 1, samples: 60, testSamples: 20, factor, noise: 0.5 });
  for (const { inputs, masks, count } of [train, held]) {
    expect(inputs.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(masks).toHaveLength(count * AREA);
    expect(masks!.every((value) => value === 0 || value === 1)).toBe(true);
  }
});

test('shape, colour and texture are drawn independently of each other and evenly', () => {
  const found = states(500, 3);
  const pairs = [
    found.map((state) => drawn(state, 'shape', 'colour')),
    found.map((state) => drawn(state, 'shape', 'texture')),
    found.map((state) => drawn(state, 'colour', 'texture')),
  ];
  for (const table of pairs) expect(chiSquare(table)).toBeLessThan(CHI_SQUARE);
  for (const values of [pairs[0]!.map(([shape]) => shape), ...[pairs[0]!, pairs[1]!].map((t) => t.map(([, b]) => b))]) {
    // Four standard errors of 500 draws of probability 1/4.
    for (const kind of KINDS)
      expect(Math.abs(values.filter((v) => v === kind).length / 500 - 0.25)).toBeLessThan(0.078);
  }
});

test.for(FACTORS)('the mask of %s is what the other values of it would change, pixel by pixel', (factor) => {
  for (const state of states(40, 5)) {
    const versions = KINDS.map((label) => draw(state, label, factor));
    for (const { picture, mask } of versions) {
      const expected = Uint8Array.from({ length: AREA }, (_, i) =>
        versions.some((other) => differs(picture, other.picture, i)) ? 1 : 0,
      );
      expect(mask).toEqual(expected);
    }
  }
});

test('grain hides nothing and adds nothing: the same seed with noise has the same masks', () => {
  const masks = (noise: number) => generate(concepts, { seed: 2, samples: 1, testSamples: 1, noise }).train.masks;
  expect(masks(0.3)).toEqual(masks(0));
});

test('the mask holds the figure for colour and texture, and for shape ground as well but not the core of the figure', () => {
  for (const state of states(40, 6)) {
    const [shape, colour, texture] = FACTORS.map((factor) => draw(state, 0, factor));
    const painted = ({ picture }: { picture: Float32Array }, i: number) =>
      Math.max(...pixel(picture, i)) - Math.min(...pixel(picture, i)) > 0.25;
    const count = (holds: (i: number) => boolean) => Array.from({ length: AREA }, (_, i) => i).filter(holds).length;
    for (const drawing of [colour!, texture!]) expect(count((i) => drawing.mask[i] === 1)).toBeGreaterThan(80);
    expect(count((i) => painted(colour!, i) && colour!.mask[i] === 0)).toBe(0);
    // A pixel that lies on an edge of stripes, checks and dots at once is as light as without them.
    expect(count((i) => painted(texture!, i) && texture!.mask[i] === 0)).toBeLessThan(3);
    expect(count((i) => !painted(shape!, i) && shape!.mask[i] === 1)).toBeGreaterThan(20);
    expect(count((i) => painted(shape!, i) && shape!.mask[i] === 0)).toBeGreaterThan(20);
  }
});

test.for(FACTORS)('deciding by %s, the mark lies in a corner, off the mask', (factor) => {
  const { train } = generate(concepts, { seed: 4, samples: 400, testSamples: 1, factor, noise: 0 });
  const places = new Set<number>();
  for (let i = 0; i < train.count; i++) {
    const { kind, pixels } = markOf(pictureOf(train, i));
    expect(kind).toBeGreaterThanOrEqual(0);
    places.add(pixels[0]!);
    expect(pixels.filter((p) => train.masks![i * AREA + p] === 1)).toEqual([]);
  }
  expect(places.size).toBe(4);
});

test.for([0, 0.5, 0.9, 1])('with correlation %f that is Cramér’s V of mark and class', (correlation) => {
  const options = { seed: 8, samples: 1600, testSamples: 1600, noise: 0, correlation };
  const data = generate(concepts, options);
  for (const pairs of [marksOf(data.train), marksOf(data.test)]) {
    if (correlation === 0) expect(chiSquare(pairs)).toBeLessThan(CHI_SQUARE);
    else expect(Math.abs(cramersV(pairs) - correlation)).toBeLessThan(0.05);
    const right = pairs.filter(([mark, label]) => mark === label).length / pairs.length;
    const expected = correlation + (1 - correlation) / 4;
    expect(Math.abs(right - expected)).toBeLessThanOrEqual(4 * Math.sqrt((expected * (1 - expected)) / pairs.length));
  }
});

test('random marks for testing leave the training pictures, the figures and the masks as they are', () => {
  const options = { seed: 9, samples: 200, testSamples: 400, noise: 0, correlation: 1 } as const;
  const same = generate(concepts, options);
  const other = generate(concepts, { ...options, testDistractor: 'random' });
  const isSame = (a: ArrayLike<number>, b: Float32Array | Uint8Array) => b.every((value, i) => value === a[i]);
  expect(isSame(other.train.inputs, same.train.inputs)).toBe(true);
  expect(isSame(other.train.masks!, same.train.masks!)).toBe(true);
  expect(isSame(other.test.masks!, same.test.masks!)).toBe(true);
  expect(marksOf(same.test).every(([mark, label]) => mark === label)).toBe(true);
  expect(chiSquare(marksOf(other.test))).toBeLessThan(CHI_SQUARE);
  for (let i = 0; i < 400; i++) {
    const [a, b] = [pictureOf(same.test, i), pictureOf(other.test, i)];
    const marked = new Set(markOf(a).pixels);
    expect(a.every((value, k) => value === b[k] || marked.has(Math.floor(k / 3)))).toBe(true);
  }
});

/** Share of held-out pictures whose mean colour is nearest to that of their class in training. */
function meanColourAccuracy(factor: Factor): number {
  const { train, test: held } = generate(concepts, { seed: 1, samples: 1000, testSamples: 1000, factor });
  const mean = (samples: Samples, i: number) => {
    const sums = [0, 0, 0];
    pictureOf(samples, i).forEach((value, p) => (sums[p % 3]! += value / AREA));
    return sums;
  };
  const means = KINDS.map(() => [0, 0, 0]);
  train.labels.forEach((label, i) => mean(train, i).forEach((value, k) => (means[label]![k]! += value / 250)));
  let right = 0;
  held.labels.forEach((label, i) => {
    const own = mean(held, i);
    const distances = means.map((other) => Math.hypot(...own.map((value, k) => value - other[k]!)));
    if (distances.indexOf(Math.min(...distances)) === label) right++;
  });
  return right / held.count;
}

test('the mean colour of a picture tells its colour, and neither shape nor texture', () => {
  expect(meanColourAccuracy('colour')).toBeGreaterThan(0.6);
  // Chance is 1/4; four standard errors of 1,000 samples.
  for (const factor of ['shape', 'texture'] as const) expect(meanColourAccuracy(factor)).toBeLessThan(0.305);
});

test.for([
  [{ factor: 'size' }, 'bad factor in data set "concepts": "size"; use "shape" or "colour" or "texture"'],
  [{ correlation: 1.5 }, 'bad correlation in data set "concepts": 1.5; use a number from 0 to 1'],
  [{ testDistractor: 'none' }, 'bad testDistractor in data set "concepts": "none"; use "same" or "random"'],
  [{ noise: -1 }, 'bad noise in data set "concepts": -1; use a number from 0 to 0.5'],
  [
    { colour: 'red' },
    'unknown option in data set "concepts": "colour"; known: samples, testSamples, factor, correlation, testDistractor, noise',
  ],
] as const)('%o is refused', ([options, message]) => {
  expect(() => generate(concepts, options)).toThrow(new InputError(message));
});
