import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, losses, network, random, startEngine, startTraining, type Network, type NodeSpec } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { plainForward, type Plain } from '../../support/plainNet.ts';
import { randomNet, randomWeights } from '../../support/plainNetRandom.ts';
import { blobs } from './runs.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Float32 forward and backward through a dozen nodes, read off as a difference of weights of size 1. */
const GRADIENT_TOLERANCE = 2e-4;
const BATCH = 3;

/** One step of plain descent at rate 1: the gradient is what the weights lost. */
async function stepGradients(net: Network, weights: Record<string, Float32Array>, loss: string) {
  const data = blobs(net.input, { classes: loss === 'binaryCrossEntropy' ? 2 : 3, count: BATCH });
  const model = build(net);
  model.write(weights);
  const trainer = startTraining(model, data, { optimizer: 'sgd', learningRate: 1, batchSize: BATCH, loss, steps: 1 });
  await trainer.advance();
  const [value] = await trainer.losses();
  const after = await model.read();
  trainer.dispose();
  model.dispose();
  return { value: value!, data, gradient: (name: string) => weights[name]!.map((w, i) => w - after[name]![i]!) };
}

/** The whole loss as float64 loops over a batch; the order of samples does not matter to a mean. */
function plainLoss(
  net: Network,
  weights: Record<string, Float64Array>,
  x: Plain,
  labels: Int32Array,
  loss: string,
): number {
  const output = plainForward(net, weights, x, { isTraining: true }).get(net.output)!;
  const width = output.shape[1]!;
  const rows = [...labels].map((label, n) =>
    losses.get(loss).scalar([...output.data.slice(n * width, (n + 1) * width)], label),
  );
  return rows.reduce((a, b) => a + b, 0) / rows.length;
}

async function expectRightGradients(net: Network, loss = 'softmaxCrossEntropy') {
  const weights = randomWeights(net, random(5, 'weights'));
  const { value, data, gradient } = await stepGradients(net, weights, loss);
  const plain = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, Float64Array.from(w)]));
  const x: Plain = { shape: [BATCH, ...net.input], data: Float64Array.from(data.train.inputs) };
  const f = () => plainLoss(net, plain, x, data.train.labels, loss);
  expect(relativeError([value], [f()])).toBeLessThan(1e-5);
  for (const node of net.nodes) {
    for (const [param, spec] of Object.entries(node.params)) {
      const name = `${node.id}/${param}`;
      if (!spec.trainable) continue;
      const expected = finiteDifferences(plain[name]!, f);
      const scale = Math.max(...expected.map(Math.abs), 1e-2);
      const found = gradient(name);
      const error = Math.max(...found.map((g, i) => Math.abs(g - expected[i]!))) / scale;
      expect(error, `${name} of ${JSON.stringify(net.specs)}`).toBeLessThan(GRADIENT_TOLERANCE);
    }
  }
}

const head = (units: number): NodeSpec[] => [{ kind: 'globalAvgPool' }, { kind: 'dense', units }];
const dag: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 2, size: 3, stride: 2, padding: [1, 0, 0, 1], id: 'a' },
  { kind: 'batchNorm', id: 'norm' },
  { kind: 'activate', fn: 'prelu', parameters: 'channel', id: 'bend' },
  { kind: 'conv2d', filters: 2, dilation: 2, bias: false, id: 'b' },
  { kind: 'add', from: ['b', 'bend'], id: 'skip' },
  { kind: 'activate', fn: 'ada', id: 'bump' },
  { kind: 'depthwiseConv2d', multiplier: 2, id: 'deep' },
  { kind: 'avgPool', size: 3, stride: 1, padding: 'same', from: 'skip', id: 'soft' },
  { kind: 'concat', from: ['deep', 'soft'], id: 'both' },
  { kind: 'activate', fn: 'andAIL', id: 'gate' },
  { kind: 'upsample', factor: [1, 2] },
];

test('the gradient of the loss by every weight of a graph is the finite difference of float64 loops', async () => {
  await expectRightGradients(network([5, 6, 2], [...dag, ...head(3)]));
});

test('it is right for every loss', async () => {
  const small: NodeSpec[] = [
    { kind: 'conv2d', filters: 2, size: 2 },
    { kind: 'activate', fn: 'tanh' },
  ];
  await expectRightGradients(network([4, 4, 1], [...small, ...head(3)]), 'mse');
  await expectRightGradients(network([4, 4, 1], [...small, ...head(1)]), 'binaryCrossEntropy');
});

test('it is right for random nets', async () => {
  // Smooth functions only: a difference across the kink of a ReLU or between two maxima is no derivative.
  const options = {
    blocks: 4,
    functions: ['tanh', 'swish', 'softplus', 'sigmoid', 'gelu'],
    without: ['maxPool', 'gate'],
  } as const;
  for (let seed = 0; seed < 6; seed++) await expectRightGradients(randomNet(seed, options));
});

test('a max pool hands its gradient to the first of equal maxima', async () => {
  const net = network([2, 2, 1], [{ kind: 'maxPool' }, { kind: 'flatten' }, { kind: 'dense', units: 2 }]);
  const model = build(net);
  const g = tf.tidy(() =>
    tf.grad((x: tf.Tensor) => net.nodes[0]!.layer.apply([x], {}, {} as never, net.nodes[0]!.options))(
      tf.ones([1, 2, 2, 1]),
    ),
  );
  expect([...(await g.data())]).toEqual([1, 0, 0, 0]);
  g.dispose();
  model.dispose();
});
