import { datasets, generate } from '#src';
import { expect, test } from 'vitest';

const PIXELS = 28 * 28;
const data = generate(datasets.get('glyphs'), { seed: 7, samples: 1000, testSamples: 500 });

/** Share of test digits whose nearest class mean of the training digits is their own. */
function nearestMeanAccuracy(): number {
  const means = Array.from({ length: 10 }, () => new Float64Array(PIXELS));
  data.train.labels.forEach((label, i) => {
    for (let p = 0; p < PIXELS; p++) means[label]![p]! += data.train.inputs[i * PIXELS + p]! / 100;
  });
  let right = 0;
  data.test.labels.forEach((label, i) => {
    const picture = data.test.inputs.subarray(i * PIXELS, (i + 1) * PIXELS);
    const distances = means.map((mean) => picture.reduce((sum, value, p) => sum + (value - mean[p]!) ** 2, 0));
    if (distances.indexOf(Math.min(...distances)) === label) right++;
  });
  return right / data.test.count;
}

test('glyphs come in the order 0 to 9, so that ten in a row show every class', () => {
  expect([...data.train.labels.subarray(0, 20)]).toEqual([...'01234567890123456789'].map(Number));
});

test('glyphs are grey levels from 0 to 1, mostly paper, with full ink in every one', () => {
  expect(data.train.inputs.every((value) => value >= 0 && value <= 1)).toBe(true);
  for (let i = 0; i < data.train.count; i++) {
    const picture = data.train.inputs.subarray(i * PIXELS, (i + 1) * PIXELS);
    const inked = picture.filter((value) => value > 0.5).length;
    expect(picture.some((value) => value > 0.9)).toBe(true);
    expect(inked).toBeGreaterThan(10);
    expect(inked).toBeLessThan(PIXELS / 3);
  }
});

test('glyph classes are told apart by their mean pictures more often than not, but far from always', () => {
  const accuracy = nearestMeanAccuracy();
  expect(accuracy).toBeGreaterThan(0.5);
  expect(accuracy).toBeLessThan(0.95);
});

test('without variety and noise a glyph is one of its few printed styles', () => {
  const { train } = generate(datasets.get('glyphs'), { samples: 200, variety: 0, noise: 0 });
  const styles = new Set(
    Array.from({ length: 200 }, (_, i) => train.inputs.slice(i * PIXELS, (i + 1) * PIXELS).join()),
  );
  expect(styles.size).toBeGreaterThan(20);
  expect(styles.size).toBeLessThanOrEqual(40);
});
