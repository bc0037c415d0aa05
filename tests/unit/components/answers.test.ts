import { expect, test } from 'vitest';
import { changeMap, probabilitiesOf, ranked } from '../../support/drawingParts.ts';

test('probabilities add up to 1, also of logits whose powers overflow', () => {
  expect([...probabilitiesOf([0, 0])]).toEqual([0.5, 0.5]);
  expect([...probabilitiesOf([1000, 0, 1000])]).toEqual([0.5, 0, 0.5]);
  const [none, some] = probabilitiesOf([Math.log(3)]);
  expect(none).toBeCloseTo(0.25, 6);
  expect(some).toBeCloseTo(0.75, 6);
});

test('classes are ranked by probability, equal ones in their order', () => {
  expect(ranked([0.2, 0.5, 0.2, 0.1])).toEqual([1, 0, 2, 3]);
});

test('the change of a pixel is the largest of its channels, with its sign', () => {
  const before = Float32Array.of(0, 0, 0, 1, 1, 1);
  const after = Float32Array.of(0.25, -0.5, 0, 1, 1, 1.5);
  expect([...changeMap(before, after, [1, 2, 3])]).toEqual([-0.5, 0.5]);
  expect([...changeMap(Float32Array.of(1, 2), Float32Array.of(0, 4), [2])]).toEqual([-1, 2]);
});
