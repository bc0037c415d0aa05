import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  build,
  foldBatchNorm,
  forward,
  network,
  outputOf,
  random,
  relevance,
  startEngine,
  type Network,
  type NodeSpec,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** The bound that the explainers promise. */
const LOGITS_TOLERANCE = 1e-5;

async function folded(net: Network, seed = 1) {
  const source = random(seed, 'numbers');
  const model = build(net);
  model.write(randomWeights(net, source));
  const x = randomPlain(source, [3, ...net.input]);
  let notFolded: readonly string[] = [];
  const outputs = tf.tidy(() => {
    const input = tf.tensor(Float32Array.from(x.data), [...x.shape]);
    const fold = foldBatchNorm(model);
    notFolded = fold.notFolded;
    return [outputOf(model, forward(model, input)), outputOf(model, forward(model, input, fold.forward))];
  });
  const [before, after] = await Promise.all(outputs.map(async (t) => (await t.data()) as Float32Array));
  const before2 = await model.read();
  tf.dispose(outputs);
  model.dispose();
  return { error: relativeError(after!, before!), notFolded, weights: before2 };
}

const tail: readonly NodeSpec[] = [{ kind: 'globalAvgPool' }, { kind: 'dense', units: 3 }];
const foldable: readonly (readonly [what: string, nodes: readonly NodeSpec[]])[] = [
  ['a convolution', [{ kind: 'conv2d', filters: 3, stride: 2 }, { kind: 'batchNorm', epsilon: 0.01 }, ...tail]],
  ['a convolution without bias', [{ kind: 'conv2d', filters: 3, bias: false }, { kind: 'batchNorm' }, ...tail]],
  ['a depthwise convolution', [{ kind: 'depthwiseConv2d', multiplier: 3 }, { kind: 'batchNorm' }, ...tail]],
  [
    'a dense layer',
    [
      { kind: 'flatten' },
      { kind: 'dense', units: 4 },
      { kind: 'batchNorm' },
      { kind: 'activate' },
      { kind: 'dense', units: 2 },
    ],
  ],
];

test.for(foldable)('folding a batch norm into %s leaves the logits where they were', async ([, nodes]) => {
  const { error, notFolded } = await folded(network([5, 5, 2], nodes));
  expect(error).toBeLessThan(LOGITS_TOLERANCE);
  expect(notFolded).toEqual([]);
});

test('folding leaves the logits of random nets where they were, and touches no weight', async () => {
  let norms = 0;
  for (let seed = 0; seed < 60; seed++) {
    const net = randomNet(seed);
    if (net.nodes.every(({ kind }) => kind !== 'batchNorm')) continue;
    norms += 1;
    const { error, weights } = await folded(net, seed);
    expect(error, JSON.stringify(net.specs)).toBeLessThan(LOGITS_TOLERANCE);
    expect(weights).toEqual(randomWeights(net, random(seed, 'numbers')));
  }
  expect(norms).toBeGreaterThan(5);
});

const kept: readonly (readonly [what: string, nodes: readonly NodeSpec[], ids: readonly string[]])[] = [
  [
    'in front of its convolution',
    [{ kind: 'batchNorm', id: 'n' }, { kind: 'activate' }, { kind: 'conv2d', filters: 2 }, ...tail],
    ['n'],
  ],
  [
    'behind an activation',
    [{ kind: 'conv2d', filters: 2 }, { kind: 'activate' }, { kind: 'batchNorm', id: 'n' }, ...tail],
    ['n'],
  ],
  [
    'behind a convolution that another node reads',
    [
      { kind: 'conv2d', filters: 2, id: 'c' },
      { kind: 'batchNorm', id: 'n' },
      { kind: 'add', from: ['n', 'c'] },
      ...tail,
    ],
    ['n'],
  ],
  [
    'behind another batch norm',
    [{ kind: 'conv2d', filters: 2 }, { kind: 'batchNorm', id: 'first' }, { kind: 'batchNorm', id: 'second' }, ...tail],
    ['second'],
  ],
];

test.for(kept)('a batch norm %s stays a node, and is named in the record', async ([, nodes, ids]) => {
  const net = network([5, 5, 2], nodes);
  const { error, notFolded } = await folded(net);
  expect(error).toBeLessThan(LOGITS_TOLERANCE);
  expect(notFolded).toEqual(ids);
  const model = build(net);
  const x = tf.ones([1, 5, 5, 2]);
  expect((await relevance.measure(model, x)).data.notFolded).toEqual(ids);
  x.dispose();
  model.dispose();
});
