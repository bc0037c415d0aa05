import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, CancelledError, erf, network, random, startEngine, type Network, type NodeSpec } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { asImage, at, plainForward, type Plain } from '../../support/plainNet.ts';
import { plainFieldMap } from '../../support/plainNetFields.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { messageOfAsync } from '../message.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Float32 gradients through a dozen nodes. Relative to the largest pixel. */
const TOLERANCE = 1e-4;
type Mode = 'abs' | 'signed' | 'rms' | 'reluContribution';
interface Question {
  readonly at: string;
  readonly unit: readonly [number, number];
  readonly channel?: number;
  readonly mode?: Mode;
}

/** Gradient of one unit (its channels added up) by every pixel, by differences in float64. */
function plainField(
  net: Network,
  weights: Record<string, Float32Array>,
  x: Plain,
  { at: id, unit, channel, mode = 'abs' }: Question,
) {
  const sum = () => {
    const value = plainForward(net, weights, x).get(id)!;
    const shape = asImage(value);
    let total = 0;
    for (let n = 0; n < shape[0]; n++)
      for (let c = 0; c < shape[3]; c++) {
        const v = value.data[at(shape, n, unit[0], unit[1], c)]!;
        if (channel === undefined || channel === c) total += mode === 'reluContribution' ? Math.max(v, 0) : v;
      }
    return total;
  };
  return plainFieldMap({ shape: x.shape, data: finiteDifferences(x.data, sum) }, mode);
}

async function expectRight(net: Network, question: Question, seed = 1) {
  const source = random(seed, 'numbers');
  const weights = randomWeights(net, source);
  const x = randomPlain(source, [2, ...net.input]);
  const model = build(net);
  model.write(weights);
  const batch = { inputs: Float32Array.from(x.data), labels: new Int32Array(2), count: 2, shape: net.input };
  const { data } = await erf.measure(model, batch, question);
  model.dispose();
  const expected = plainField(net, weights, x, question);
  const error = relativeError(data.values, expected);
  expect(error, JSON.stringify([question, net.specs])).toBeLessThan(TOLERANCE);
  expect(data).toMatchObject({
    at: question.at,
    unit: question.unit,
    mode: question.mode ?? 'abs',
    samples: 2,
    height: net.input[0],
    width: net.input[1],
  });
  return data;
}

const dag: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 3, size: 3, dilation: 2, id: 'a' },
  { kind: 'batchNorm', id: 'norm' },
  { kind: 'activate', fn: 'tanh', id: 't' },
  { kind: 'conv2d', filters: 3, size: [1, 2], padding: 'same', id: 'b' },
  { kind: 'add', from: ['b', 't'], id: 'skip' },
  { kind: 'dropout', id: 'drop' },
  { kind: 'depthwiseConv2d', stride: 2, padding: [1, 0, 0, 1], id: 'deep' },
  { kind: 'activate', fn: 'swish', id: 's' },
  { kind: 'avgPool', size: 2, stride: 1, padding: [1, 0, 1, 0], id: 'soft' },
  { kind: 'flatten' },
  { kind: 'dense', units: 3, id: 'end' },
];
const net = network([7, 6, 2], dag);

const questions: readonly Question[] = [
  { at: 'a', unit: [3, 3] },
  { at: 'a', unit: [0, 0], channel: 2, mode: 'signed' },
  { at: 'skip', unit: [6, 5], mode: 'rms' },
  { at: 'drop', unit: [2, 1], channel: 1, mode: 'reluContribution' },
  { at: 'soft', unit: [1, 1], mode: 'reluContribution' },
  { at: 'soft', unit: [2, 0], channel: 0 },
  { at: 'end', unit: [0, 0] },
  { at: 'end', unit: [0, 0], channel: 1, mode: 'signed' },
];

test.for(questions)(
  'the field of $at is the finite difference by every pixel ($mode, channel $channel)',
  async (question) => {
    await expectRight(net, question);
  },
);

test('it is right at a place of every random net', async () => {
  const options = {
    blocks: 4,
    functions: ['tanh', 'swish', 'softplus'],
    without: ['maxPool', 'gate'],
    hasHead: false,
  } as const;
  for (let seed = 0; seed < 10; seed++) {
    const some = randomNet(seed, options);
    const [height, width] = some.nodes.at(-1)!.shape as readonly [number, number, number];
    await expectRight(some, { at: some.output, unit: [Math.floor(height / 2), width - 1] }, seed);
  }
});

test('the centre is index floor(size / 2), and the record says what the map measures', async () => {
  const stack = network(
    [9, 9, 1],
    [
      { kind: 'conv2d', filters: 1, bias: false },
      { kind: 'conv2d', filters: 1, bias: false },
    ],
  );
  const model = build(stack);
  model.write({ 'conv2d1/kernel': new Float32Array(9).fill(1 / 9), 'conv2d2/kernel': new Float32Array(9).fill(1 / 9) });
  const x = tf.ones([1, 9, 9, 1]);
  const { data } = await erf.measure(model, x, { at: 'conv2d2' });
  x.dispose();
  model.dispose();
  // Two uniform kernels make the twofold trinomial 1 2 3 2 1 over 9, along both axes.
  const row = [0, 0, 1, 2, 3, 2, 1, 0, 0].map((v) => v / 9);
  const expected = row.flatMap((a) => row.map((b) => a * b));
  expect(relativeError(data.values, expected)).toBeLessThan(1e-6);
  expect(relativeError(data.profile, row)).toBeLessThan(1e-6);
  expect(data).toMatchObject({
    unit: [4, 4],
    centre: [4, 4],
    theoretical: { top: 2, left: 2, height: 5, width: 5 },
    clipped: false,
    inputsAligned: true,
  });
  // 1/9 of the centre's 9 lies above 4.55 %: all 25 pixels count.
  expect(data.luo).toMatchObject({ count: 25, size: 5, ratio: 1, sizeRelativeToMax: 5 });
  for (const s of data.sigma!) expect(Math.abs(s - Math.sqrt((2 * (9 - 1)) / 12))).toBeLessThan(1e-6);
  // Inside the square of side 3: (7/9)² of the weight.
  expect(data.squares.map(({ side }) => side)).toEqual([3, 3, 3, 5]);
  expect(data.half).toEqual({ top: 3, left: 3, height: 3, width: 3 });
});

test('a unit whose inputs do not reach it has an empty map, and no numbers made of it', async () => {
  const dead = network([4, 4, 1], [{ kind: 'conv2d', filters: 1 }, { kind: 'activate' }]);
  const model = build(dead);
  model.write({ 'conv2d1/kernel': new Float32Array(9), 'conv2d1/bias': Float32Array.of(-1) });
  const x = tf.ones([1, 4, 4, 1]);
  const { data } = await erf.measure(model, x, { at: 'activate1' });
  x.dispose();
  model.dispose();
  expect(new Set(data.values)).toEqual(new Set([0]));
  expect(data.luo.count).toBe(0);
  expect(data.half).toBeNull();
  expect(data.squares.map(({ side }) => side)).toEqual([null, null, null, null]);
  expect(new Set(data.profile)).toEqual(new Set([0]));
});

const refusals: readonly (readonly [options: object, message: string])[] = [
  [{}, 'unknown node: ""; nodes: a, norm, t, b, skip, drop, deep, s, soft, flatten1, end'],
  [{ at: 'input' }, 'unknown node: "input"; nodes: a, norm, t, b, skip, drop, deep, s, soft, flatten1, end'],
  [{ at: 'a', channel: 3 }, 'unknown channel: 3 of "a"; it has channels 0 to 2'],
  [{ at: 'a', channel: 0.5 }, 'unknown channel: 0.5 of "a"; it has channels 0 to 2'],
  [{ at: 'a', unit: [7, 0] }, 'unit outside its layer: (7, 0) of "a"; rows 0 to 6, columns 0 to 5'],
  [{ at: 'a', unit: [0, -1] }, 'unit outside its layer: (0, -1) of "a"; rows 0 to 6, columns 0 to 5'],
  [{ at: 'end', unit: [0, 1] }, 'unit outside its layer: (0, 1) of "end"; rows 0 to 0, columns 0 to 0'],
];

test.for(refusals.map(([options, message]) => ({ text: JSON.stringify(options), options, message })))(
  'refused: $text',
  async ({ options, message }) => {
    const model = build(net);
    const x = tf.ones([1, 7, 6, 2]);
    const before = tf.memory().numTensors;
    expect(await messageOfAsync(() => erf.measure(model, x, options))).toBe(message);
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
    model.dispose();
  },
);

test('rows of features, numbers that are not finite and a fired signal are refused', async () => {
  const rows = build(network([3], [{ kind: 'dense', id: 'd' }]));
  const images = build(net);
  const [row, broken] = [tf.ones([1, 3]), tf.fill([1, 7, 6, 2], NaN)];
  expect(await messageOfAsync(() => erf.measure(rows, row, { at: 'd' }))).toBe(
    'a receptive field needs images: the input is 3; use a net on images',
  );
  expect(await messageOfAsync(() => erf.measure(images, broken, { at: 's' }))).toBe(
    'not a finite number: the field of "s" holds NaN at 0; the run has diverged',
  );
  await expect(erf.measure(images, broken, { at: 's' }, { signal: AbortSignal.abort() })).rejects.toThrow(
    CancelledError,
  );
  tf.dispose([row, broken]);
  rows.dispose();
  images.dispose();
});
