import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { massAccuracy, metrics, pointingGame, random, rankAccuracy, startEngine, topKIntersection } from '#src';
import { messageOfAsync } from '../message.ts';
import { scored } from './subjects.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Sums of float32 numbers in another order. */
const TOLERANCE = 1e-12;

const masked = ['massAccuracy', 'rankAccuracy', 'pointingGame', 'topKIntersection'];

test('the measures that need a mask say so', () => {
  expect([...metrics].filter(({ needsMask }) => needsMask).map(({ id }) => id)).toEqual(masked);
});

test.for(masked)('%s: a map equal to the mask scores 1, the mask turned round 0', async (id) => {
  const mask = [0, 1, 1, 0, 0, 1];
  const turned = mask.map((s) => 1 - s);
  const options = id === 'topKIntersection' ? { k: 3 } : {};
  expect(await scored(metrics.get(id), mask, mask, options)).toMatchObject({ value: 1 });
  expect(await scored(metrics.get(id), mask, turned, options)).toMatchObject({ value: 0 });
});

test.for(masked)('%s: without a mask, or with an empty one, there is no score', async (id) => {
  expect(await scored(metrics.get(id), [1, 2, 3], null)).toEqual({
    value: null,
    reason: 'no mask: nobody marked the pixels that decide this label',
  });
  expect(await scored(metrics.get(id), [1, 2, 3], [0, 0, 0])).toEqual({
    value: null,
    reason: 'empty mask: no pixel is marked',
  });
});

test.for(masked.slice(1))('%s: a map that ranks nothing has no score', async (id) => {
  const options = id === 'topKIntersection' ? { k: 2 } : {};
  const reasonOf = async (map: number[]) => scored(metrics.get(id), map, [1, 0, 1], options);
  expect(await reasonOf([0, 0, 0])).toEqual({ value: null, reason: 'empty map: the relevance is 0 everywhere' });
  expect(await reasonOf([2.5, 2.5, 2.5])).toEqual({ value: null, reason: 'flat map: every pixel has 2.5' });
});

test('mass: an even map gets the share of marked pixels, a map without positive relevance nothing', async () => {
  expect(await scored(massAccuracy, [4, 4, 4, 4, 4], [1, 1, 0, 0, 0])).toEqual({
    value: 0.4,
    signed: 0.4,
    chance: 0.4,
  });
  const reason = 'no positive relevance: no pixel speaks for the class';
  expect(await scored(massAccuracy, [-1, 0, -2], [1, 0, 0])).toEqual({ value: null, reason });
  expect(await scored(massAccuracy, [0, 0, 0], [1, 0, 0])).toEqual({ value: null, reason });
});

test('mass: the signed share leaves 0 to 1 and is missing where the map sums to 0', async () => {
  expect(await scored(massAccuracy, [3, -2, 1], [1, 0, 0])).toEqual({ value: 0.75, signed: 1.5, chance: 1 / 3 });
  expect(await scored(massAccuracy, [3, -2, 1], [0, 1, 0])).toEqual({ value: 0, signed: -1, chance: 1 / 3 });
  expect(await scored(massAccuracy, [1, -1], [1, 0])).toEqual({ value: 1, signed: null, chance: 0.5 });
});

/** Whether pixel i is among the k largest: fewer than k are larger, or equal and before it. */
const isAmong = (map: readonly number[], i: number, k: number) =>
  map.filter((a, j) => a > map[i]! || (a === map[i]! && j < i)).length < k;

test('drawn maps and masks, with ties: every score is that of counting', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const source = random(seed);
    const map = Array.from({ length: 20 }, () => source.integer(9) - 4);
    const mask = Array.from({ length: 20 }, () => source.integer(2));
    mask[source.integer(20)] = 1;
    const share = (k: number) => map.filter((_, i) => isAmong(map, i, k) && mask[i] === 1).length / k;
    const marked = mask.filter((s) => s === 1).length;
    const largest = Math.max(...map);
    const tied = map.filter((a) => a === largest).length;
    const chance = marked / 20;
    expect(await scored(rankAccuracy, map, mask)).toEqual({ value: share(marked), pixels: marked, chance });
    expect(await scored(topKIntersection, map, mask, { k: 7 })).toEqual({ value: share(7), pixels: 7, chance });
    const hit = map.some((a, i) => a === largest && mask[i] === 1) ? 1 : 0;
    expect(await scored(pointingGame, map, mask)).toEqual({ value: hit, tied, chance });
    const mass = await scored(massAccuracy, map, mask);
    const sum = (f: (i: number) => number) => map.reduce((total, _, i) => total + f(i), 0);
    const positive = sum((i) => (map[i]! > 0 ? map[i]! * mask[i]! : 0)) / sum((i) => Math.max(0, map[i]!));
    expect(Math.abs(mass.value! - positive)).toBeLessThan(TOLERANCE);
  }
});

test('pointing: any of several equally large pixels hits', async () => {
  expect(await scored(pointingGame, [5, 1, 5], [0, 0, 1])).toEqual({ value: 1, tied: 2, chance: 1 / 3 });
  expect(await scored(pointingGame, [-5, -1, -5], [1, 0, 1])).toEqual({ value: 0, tied: 1, chance: 2 / 3 });
});

test('more largest pixels than there are pixels are refused', async () => {
  expect(await messageOfAsync(() => scored(topKIntersection, [1, 2, 3], [1, 0, 0]))).toBe(
    'k is too large: 20; the map has 3 pixels',
  );
});
