import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attributions, network, relevance, startEngine, type RuleChoices } from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { withSample } from './explained.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const plain = network(
  [6, 6, 1],
  [
    { kind: 'conv2d', filters: 3 },
    { kind: 'activate' },
    { kind: 'conv2d', filters: 2, stride: 2 },
    { kind: 'activate' },
    { kind: 'flatten' },
    { kind: 'dense', units: 3 },
  ],
);

test('rules chosen for single nodes are followed, and refused where they do not fit', async () => {
  const x = Array.from({ length: 36 }, (_, i) => Math.sin(i));
  const first = plain.nodes.find(({ layer }) => layer.role === 'linear')!.id;
  const choices = { [first]: { rule: 'gamma', gamma: 2 } };
  await withSample({ net: plain, x }, async (model, sample) => {
    const explain = (wanted: RuleChoices) =>
      attributions.get('epsilonPlus').explain(model, sample, 1, {}, { rules: wanted });
    const { data: record } = await relevance.measure(model, sample, {
      class: 1,
      composite: 'epsilonPlus',
      rules: choices,
    });
    expect(relativeError((await explain(choices)).map, record.map)).toBeLessThan(2e-5);
    expect(relativeError((await explain({})).map, record.map)).toBeGreaterThan(1e-3);
    await expect(explain({ nowhere: 'flat' })).rejects.toThrow('rule for unknown node: "nowhere"');
  });
});
