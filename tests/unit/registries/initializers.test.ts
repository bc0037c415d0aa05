import { expect, test } from 'vitest';
import { initializers, orthogonalFrom, random } from '#src';

const kernel = { shape: [3, 3, 24, 40], fanIn: 9 * 24, fanOut: 9 * 40 };
const COUNT = 9 * 24 * 40;

/** Four standard errors of the variance of n normal numbers, √(2 / n); uniform ones scatter less. */
const VARIANCE_TOLERANCE = 4 * Math.sqrt(2 / COUNT);

const scaled = [...initializers].filter(({ variance }) => variance !== undefined);

test('variances are those of the papers', () => {
  const [fanIn, fanOut] = [kernel.fanIn, kernel.fanOut];
  const expected = {
    heNormal: 2 / fanIn,
    heUniform: 2 / fanIn,
    glorotNormal: 2 / (fanIn + fanOut),
    glorotUniform: 2 / (fanIn + fanOut),
    lecunNormal: 1 / fanIn,
    lecunUniform: 1 / fanIn,
  };
  expect(Object.fromEntries(scaled.map((scheme) => [scheme.id, scheme.variance!(kernel)]))).toEqual(expected);
});

test.for(scaled)('$id: a large draw has mean 0, its variance, and the shape of its distribution', (scheme) => {
  const weights = Float64Array.from(scheme.draw(kernel, random(2, 'moments')));
  const variance = scheme.variance!(kernel);
  expect(weights.length).toBe(COUNT);
  const mean = (power: number) => weights.reduce((sum, w) => sum + (w / Math.sqrt(variance)) ** power, 0) / COUNT;
  expect(Math.abs(mean(1))).toBeLessThan(4 / Math.sqrt(COUNT));
  expect(Math.abs(mean(2) - 1)).toBeLessThan(VARIANCE_TOLERANCE);
  // Fourth moments: 3 for a normal, 9/5 for a uniform. A normal cut at two sigma would have 2.37.
  const fourth = scheme.id.endsWith('Normal') ? 3 : 9 / 5;
  expect(Math.abs(mean(4) - fourth)).toBeLessThan(4 * Math.sqrt(96 / COUNT));
  if (scheme.id.endsWith('Uniform'))
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(Math.fround(Math.sqrt(3 * variance)));
});

test.for([...initializers])('$id: the same seed gives the same numbers, another seed others', (scheme) => {
  const small = { shape: [4, 6], fanIn: 4, fanOut: 6 };
  expect(scheme.draw(small, random(0))).toEqual(scheme.draw(small, random(0)));
  expect(scheme.draw(small, random(0))).not.toEqual(scheme.draw(small, random(1)));
});

const shapes = [
  [8, 5],
  [5, 8],
  [6, 6],
  [3, 2, 4, 10],
  [2, 2, 2, 20],
  [1, 4],
  [7, 1],
].map((sides) => ({
  sides,
  text: sides.join(' × '),
}));

test.for(shapes)('orthogonal: $text has orthogonal columns or rows of length √2', ({ sides }) => {
  const columns = sides.at(-1)!;
  const rows = sides.reduce((a, b) => a * b, 1) / columns;
  const w = initializers.get('orthogonal').draw({ shape: sides, fanIn: rows, fanOut: columns }, random(3));
  const thin = Math.min(rows, columns);
  for (let a = 0; a < thin; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let k = 0; k < Math.max(rows, columns); k++) {
        dot += rows >= columns ? w[k * columns + a]! * w[k * columns + b]! : w[a * columns + k]! * w[b * columns + k]!;
      }
      // Float32 roundings of at most 80 products.
      expect(Math.abs(dot - (a === b ? 2 : 0))).toBeLessThan(1e-6);
    }
  }
});

test('orthogonal: Q times an upper triangle with a positive diagonal is the Gaussian it came from', () => {
  const [rows, columns] = [7, 4];
  const source = random(8);
  const gaussian = Float64Array.from({ length: rows * columns }, () => source.normal());
  const q = orthogonalFrom(gaussian, rows, columns, 1);
  for (let j = 0; j < columns; j++) {
    for (let k = 0; k < columns; k++) {
      let r = 0;
      for (let i = 0; i < rows; i++) r += q[i * columns + k]! * gaussian[i * columns + j]!;
      if (k === j) expect(r).toBeGreaterThan(0.01);
      if (k > j) expect(Math.abs(r)).toBeLessThan(1e-12);
    }
  }
});
