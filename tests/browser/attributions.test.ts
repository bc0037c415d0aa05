import * as tf from '@tensorflow/tfjs-core';
import { attributions, build, network, startEngine, takeBatch, type AttributionData, type Tier } from '#src';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { barsData, residualDilated } from '../support/labData.ts';

/** Float32 sums in another order, relative to the largest entry. */
const TOLERANCE = 1e-4;

const data = barsData();
const net = network(data.shape, residualDilated);
const { inputs } = takeBatch(data, { size: 1, from: 'test' });

async function start(tier: Tier): Promise<void> {
  expect(await startEngine({ tier, selfCheck: false })).toMatchObject({ tier });
}

let before = 0;
beforeEach(async () => {
  await start('cpu');
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

/** Every method's map of one picture, by id. */
async function maps(): Promise<Map<string, AttributionData>> {
  const model = build(net, { seed: 5 });
  const x = tf.tensor(inputs, [1, ...data.shape]);
  const found = new Map<string, AttributionData>();
  for (const item of attributions) found.set(item.id, await item.explain(model, x, 1, {}, { seed: 2 }));
  x.dispose();
  model.dispose();
  return found;
}

test.for(['wasm', 'webgpu'] as const)('on %s every method draws what it draws on the cpu tier', async (tier) => {
  const expected = await maps();
  await start(tier);
  const own = await maps();
  const errors = [...expected].map(([id, { map, score }]) => {
    const found = own.get(id)!;
    const largest = Math.max(...map.map(Math.abs));
    expect(largest, id).toBeGreaterThan(0);
    expect(found.score).toBeCloseTo(score, 4);
    return [id, Math.max(...map.map((value, i) => Math.abs(value - found.map[i]!))) / largest] as const;
  });
  expect(errors.filter(([, error]) => !(error <= TOLERANCE))).toEqual([]);
});
