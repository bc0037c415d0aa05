import { expect, test } from 'vitest';
import {
  centreValue,
  centredSquares,
  columnProfile,
  halfRectangle,
  logScaled,
  luoCount,
  moments,
  network,
  random,
  theoreticalFields,
  type TheoreticalField,
} from '#src';
import { plainForward, plainZeros } from '../../support/plainNet.ts';

/** Float64 sums of a few thousand terms. */
const TOLERANCE = 1e-9;

/** Map of a function of row and column. */
const mapOf = (size: number, f: (y: number, x: number) => number) => ({
  values: Float64Array.from({ length: size * size }, (_, i) => f(Math.floor(i / size), i % size)),
  height: size,
  width: size,
});

/** (1 + t + t²)^n: the row of an n-fold stack of uniform kernels of size 3. */
function trinomial(n: number): number[] {
  let row = [1];
  for (let i = 0; i < n; i++) {
    row = Array.from({ length: row.length + 2 }, (_, k) => (row[k] ?? 0) + (row[k - 1] ?? 0) + (row[k - 2] ?? 0));
  }
  return row;
}

test.for([1, 2, 5, 10])('σ of %i uniform layers of size 3 is √(n · 8 / 12)', (n) => {
  const row = trinomial(n);
  const map = mapOf(row.length, (y, x) => row[y]! * row[x]!);
  const { mean, sigma } = moments(map);
  for (const s of sigma!) expect(Math.abs(s - Math.sqrt((n * 8) / 12))).toBeLessThan(TOLERANCE);
  for (const m of mean!) expect(Math.abs(m - n)).toBeLessThan(TOLERANCE);
});

test.for([3, 8, 15])('the Luo size of an exact Gaussian is 4.406 σ (σ = %i)', (sigma) => {
  const size = 8 * sigma + 1;
  const map = mapOf(size, (y, x) => Math.exp(-((y - 4 * sigma) ** 2 + (x - 4 * sigma) ** 2) / (2 * sigma ** 2)));
  const found = Math.sqrt(luoCount(map, 1));
  const exact = Math.sqrt(2 * Math.PI * Math.log(1 / 0.0455)) * sigma;
  expect(Math.abs(exact / sigma - 4.406)).toBeLessThan(2e-3);
  // Counting whole pixels on a circle of this radius is off by less than one in a hundred.
  expect(Math.abs(found / exact - 1)).toBeLessThan(0.01);
});

test('σ² adds up (jump · dilation)² (k² − 1) / 12 over the layers of a strided and dilated stack', () => {
  const net = network(
    [33, 33, 1],
    [
      { kind: 'conv2d', filters: 1, size: 5, padding: 'valid', bias: false },
      { kind: 'avgPool', size: 2 },
      { kind: 'conv2d', filters: 1, size: 3, dilation: 2, padding: 'valid', bias: false },
    ],
  );
  // The net is linear, so its field is the answer of the unit to one pixel after another.
  const weights = {
    'conv2d1/kernel': new Float64Array(25).fill(1 / 25),
    'conv2d2/kernel': new Float64Array(9).fill(1 / 9),
  };
  const { shape } = net.nodes.at(-1)!;
  const [row, column] = [Math.floor(shape[0]! / 2), Math.floor(shape[1]! / 2)];
  const map = mapOf(33, (y, x) => {
    const image = plainZeros([1, 33, 33, 1]);
    image.data[y * 33 + x] = 1;
    return plainForward(net, weights, image).get(net.output)!.data[row * shape[1]! + column]!;
  });
  const variance = (1 * (25 - 1)) / 12 + (1 * (4 - 1)) / 12 + (4 * 4 * (9 - 1)) / 12;
  for (const s of moments(map).sigma!) expect(Math.abs(s - Math.sqrt(variance))).toBeLessThan(TOLERANCE);
  const { rows } = theoreticalFields(net).get(net.output) as TheoreticalField;
  const centre = (rows.first + rows.last) / 2 + row * rows.jump;
  for (const m of moments(map).mean!) expect(Math.abs(m - centre)).toBeLessThan(TOLERANCE);
});

test('centred squares are the smallest odd ones that hold more than their share, from side 3 on', () => {
  const source = random(3);
  const map = mapOf(9, () => source.uniform() ** 3);
  for (const centre of [
    [4, 4],
    [2, 6],
    [3.5, 3.5],
    [0, 8],
  ] as const) {
    const [row, column] = centre.map((c) => Math.floor(c + 0.5)) as [number, number];
    const total = map.values.reduce((a, b) => a + b, 0);
    const inside = (i: number) =>
      map.values.reduce(
        (sum, v, k) => (Math.abs(Math.floor(k / 9) - row) <= i && Math.abs((k % 9) - column) <= i ? sum + v : sum),
        0,
      );
    for (const { share, side, areaRatio } of centredSquares(map, centre)) {
      const i = (side! - 1) / 2;
      expect(inside(i)).toBeGreaterThan(share * total);
      if (i > 1) expect(inside(i - 1)).toBeLessThanOrEqual(share * total);
      expect(areaRatio).toBe((side! / 9) * (side! / 9));
    }
    const half = centredSquares(map, centre)[2]!.side!;
    expect(halfRectangle(centredSquares(map, centre), centre)).toEqual({
      top: row - (half - 1) / 2,
      left: column - (half - 1) / 2,
      height: half,
      width: half,
    });
  }
});

test('an empty map has no squares, no half and a profile of zeros', () => {
  const map = mapOf(5, () => 0);
  const squares = centredSquares(map, [2, 2]);
  expect(squares.map(({ side, areaRatio }) => [side, areaRatio])).toEqual([
    [null, null],
    [null, null],
    [null, null],
    [null, null],
  ]);
  expect(halfRectangle(squares, [2, 2])).toBeNull();
  expect([...columnProfile(map)]).toEqual([0, 0, 0, 0, 0]);
  expect(luoCount(map, 0)).toBe(0);
});

test('the value at a half-integer centre, or outside, is not guessed', () => {
  const map = mapOf(3, (y, x) => 10 * y + x);
  expect(centreValue(map, [1, 2])).toBe(12);
  expect(centreValue(map, [1.5, 2])).toBeNull();
  expect(centreValue(map, [1, 0.5])).toBeNull();
  for (const outside of [
    [-1, 1],
    [3, 0],
    [1, -1],
    [1, 3],
  ] as const)
    expect(centreValue(map, outside)).toBeNull();
});

test('the logarithmic map is log10(P + 1) over its maximum', () => {
  expect(Array.from(logScaled({ values: [0, 9, 99], height: 1, width: 3 }).values)).toEqual([0, 0.5, 1]);
});

test('the profile is the share of each column, and adds up to one', () => {
  const profile = columnProfile({ values: [1, 2, 3, 4, 5, 6], height: 2, width: 3 });
  expect([...profile]).toEqual([5 / 21, 7 / 21, 9 / 21].map(Math.fround));
});
