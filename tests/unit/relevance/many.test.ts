import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composites, layers, nodeOf, rulesFor, startEngine, type Network } from '#src';
import { allKinds, drawn } from '../../support/allKinds.ts';
import { relativeError } from '../../support/finiteDifference.ts';
import type { Plain } from '../../support/plainNet.ts';
import { randomPlain } from '../../support/plainNetRandom.ts';
import { readWalk, withTrace, withWeights } from '../../support/tracedWalk.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'wasm' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** The same sums, in an order that may differ with the number of samples. */
const TOLERANCE = 1e-5;
const MANY = 4;

test('the net below has every node kind that states its gradient itself', () => {
  const kinds = new Set(allKinds.nodes.map(({ kind }) => kind));
  const stated = [...layers].filter((layer) => layer.pull ?? layer.linear).map(({ id }) => id);
  expect(stated.filter((id) => !kinds.has(id))).toEqual([]);
});

/** Sample k of what holds several. */
function sample({ shape, data }: Plain, k: number): Plain {
  const size = data.length / shape[0]!;
  return { shape: [1, ...shape.slice(1)], data: data.slice(k * size, (k + 1) * size) };
}

const part = (values: Float32Array, k: number) =>
  values.slice((k * values.length) / MANY, ((k + 1) * values.length) / MANY);

/** Walks from `at` with many relevances at once, and with each on its own. */
async function bothWays(net: Network, id: string, at: string) {
  const { weights, x, source } = drawn(net);
  const starts = randomPlain(source, [MANY, ...nodeOf(net, at).shape]);
  return withWeights(net, weights, (model) =>
    withTrace(model, x, { rules: rulesFor(net, composites.get(id)()) }, async (trace) => {
      const together = await readWalk(trace, { start: new Map([[at, starts]]), keepsBooks: true });
      const alone = [];
      for (let k = 0; k < MANY; k++) {
        alone.push(await readWalk(trace, { start: new Map([[at, sample(starts, k)]]), keepsBooks: true }));
      }
      return { together, alone };
    }),
  );
}

test.for(composites.ids())('with %s, many relevances on one sample go the ways each goes alone', async (id) => {
  const { together, alone } = await bothWays(allKinds, id, allKinds.output);
  const books = (read: 'bias' | 'stabilizer') => alone.reduce((sum, walked) => sum + walked[read], 0);
  expect(relativeError([together.bias], [books('bias')])).toBeLessThan(1e-4);
  expect(Math.abs(together.stabilizer - books('stabilizer'))).toBeLessThan(1e-4 * Math.abs(books('bias')) + 1e-4);
  alone.forEach((one, k) => {
    expect([...one.relevance.keys()]).toEqual([...together.relevance.keys()]);
    for (const [at, r] of one.relevance) {
      expect(relativeError(part(together.relevance.get(at)!, k), r), at).toBeLessThan(TOLERANCE);
    }
  });
});

const starts = allKinds.nodes.flatMap(({ id }) =>
  ['gradientOnly', 'epsilonAlpha2Beta1'].map((composite) => [id, composite] as const),
);

test.for(starts)('many relevances that start at %s with %s arrive as each does alone', async ([at, composite]) => {
  const { together, alone } = await bothWays(allKinds, composite, at);
  alone.forEach((one, k) => {
    const arrived = part(together.relevance.get('input')!, k);
    expect(relativeError(arrived, one.relevance.get('input')!)).toBeLessThan(TOLERANCE);
  });
});

test.for(composites.ids())('with %s, samples traced together are explained as each is alone', async (id) => {
  const { weights, x, source } = drawn(allKinds, { samples: MANY });
  const r = randomPlain(source, [MANY, 3]);
  const rules = rulesFor(allKinds, composites.get(id)());
  await withWeights(allKinds, weights, async (model) => {
    const walked = (input: Plain, start: Plain) =>
      withTrace(model, input, { rules }, (trace) => readWalk(trace, { start: new Map([[allKinds.output, start]]) }));
    const together = await walked(x, r);
    for (let k = 0; k < MANY; k++) {
      const alone = await walked(sample(x, k), sample(r, k));
      for (const [at, values] of alone.relevance) {
        expect(relativeError(part(together.relevance.get(at)!, k), values), at).toBeLessThan(TOLERANCE);
      }
    }
  });
});
