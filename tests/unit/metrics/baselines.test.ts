import { expect, test } from 'vitest';
import { baselineInput } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';

test('baselines: zero, the mean of each channel, and a blur that leaves an even picture as it is', () => {
  const picture = Float32Array.of(1, 10, 2, 20, 3, 30, 6, 60);
  expect([...baselineInput(picture, [2, 2, 2], 'zero')]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect([...baselineInput(picture, [2, 2, 2], 'mean')]).toEqual([3, 30, 3, 30, 3, 30, 3, 30]);
  expect([...baselineInput(Float32Array.of(1, 2, 6), [3], 'mean')]).toEqual([3, 3, 3]);
  const even = new Float32Array(7 * 5 * 2).map((_, i) => (i % 2 === 0 ? 3 : -4));
  expect(relativeError(baselineInput(even, [7, 5, 2], 'blur'), even)).toBeLessThan(1e-6);
});

test('the blur is a Gaussian a tenth of the longer side wide', () => {
  const [height, width] = [41, 31];
  const point = new Float32Array(height * width);
  point[20 * width + 15] = 1;
  const blurred = baselineInput(point, [height, width, 1], 'blur');
  const sigma = 4.1;
  const bell = (d: number) => Math.exp(-(d ** 2) / (2 * sigma ** 2));
  for (const [dy, dx] of [
    [0, 3],
    [5, 0],
    [4, 2],
  ] as const) {
    const ratio = blurred[(20 + dy) * width + 15 + dx]! / blurred[20 * width + 15]!;
    // Near the border weights are scaled up; four sigma away hardly.
    expect(Math.abs(ratio / (bell(dy) * bell(dx)) - 1)).toBeLessThan(2e-3);
  }
});
