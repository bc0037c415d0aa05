import * as tf from '@tensorflow/tfjs-core';
import { startEngine } from '#src';
import { afterAll, beforeAll, expect, test } from 'vitest';
import url from '../golden/explainers.json?url';
import { checkGolden, goldenLine } from '../support/goldenCheck.ts';
import { explainersCases } from '../support/goldenExplainers.ts';
import { objectOf, type Json, type JsonObject } from '../support/goldenJson.ts';

/** The software adapter computes what a graphics card would, far slower. */
const TIMEOUT_MS = 600_000;

let file: JsonObject;
let tensorsBefore = 0;
beforeAll(async () => {
  file = objectOf((await (await fetch(url)).json()) as Json, 'explainers.json');
  await startEngine({ tier: 'webgpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

async function check(what: string, part: JsonObject): Promise<void> {
  const report = await checkGolden(explainersCases(part, 'explainers.json'), new Set());
  expect(tf.getBackend()).toBe('webgpu');
  console.log(goldenLine(what, report, tf.getBackend()));
  expect(report.checked).toBeGreaterThan(0);
  expect(report).toMatchObject({ notBuilt: [], failures: [] });
}

test.for(['plain', 'batchNorm', 'residual', 'mixed'])(
  'on webgpu every explanation of the net "%s" equals the reference',
  { timeout: TIMEOUT_MS },
  (name) => check(name, { nets: { [name]: objectOf(file.nets, 'nets')[name]! } }),
);

test('on webgpu every receptive field equals the reference', { timeout: TIMEOUT_MS }, () => {
  const { nets: _nets, ...rest } = file;
  return check('receptive fields and their statistics', rest);
});

test('the four nets, the fields and their statistics are all there is', () => {
  expect(Object.keys(objectOf(file.nets, 'nets')).sort()).toEqual(['batchNorm', 'mixed', 'plain', 'residual']);
  expect(Object.keys(file).sort()).toEqual(['erf', 'erfStatistics', 'meta', 'nets']);
});
