import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, InputError, network, startEngine, type NodeSpec } from '#src';
import { messageOf } from '../message.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const nodes: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 3, id: 'a' },
  { kind: 'batchNorm', id: 'norm' },
  { kind: 'activate', fn: 'prelu', id: 'bend' },
  { kind: 'globalAvgPool', id: 'mean' },
  { kind: 'dense', units: 2, id: 'b' },
];
const make = (specs: readonly NodeSpec[] = nodes, seed = 7) => build(network([4, 4, 2], specs), { seed });

async function weightsFor(specs: readonly NodeSpec[], seed: number, initializer?: string) {
  const model = build(network([4, 4, 2], specs), { seed, ...(initializer ? { initializer } : {}) });
  const weights = await model.read();
  model.dispose();
  return weights;
}

test('the same seed gives the same weights, another seed or scheme others', async () => {
  const first = await weightsFor(nodes, 7);
  expect(await weightsFor(nodes, 7)).toEqual(first);
  expect((await weightsFor(nodes, 8))['a/kernel']).not.toEqual(first['a/kernel']);
  expect((await weightsFor(nodes, 7, 'lecunUniform'))['a/kernel']).not.toEqual(first['a/kernel']);
});

test('without words the seed is 0 and the scheme heNormal', async () => {
  const model = build(network([4, 4, 2], nodes));
  expect(model.seed).toBe(0);
  expect(await model.read()).toEqual(await weightsFor(nodes, 0, 'heNormal'));
  model.dispose();
});

test('adding a node in front, between or behind does not change how the others start', async () => {
  const before = await weightsFor(nodes, 7);
  const extended: readonly NodeSpec[] = [
    { kind: 'conv2d', filters: 2, id: 'front' },
    ...nodes.slice(0, 3),
    { kind: 'conv2d', filters: 3, id: 'between' },
    ...nodes.slice(3),
    { kind: 'dense', units: 4, id: 'behind' },
  ];
  const after = await weightsFor(extended, 7);
  for (const [name, values] of Object.entries(before)) expect(after[name], name).toEqual(values);
  expect(Object.keys(after)).toHaveLength(Object.keys(before).length + 6);
});

test('everything but kernels starts at its fixed value', async () => {
  const { 'a/kernel': kernel, 'b/kernel': _, ...rest } = await weightsFor(nodes, 7);
  expect(kernel).toHaveLength(3 * 3 * 2 * 3);
  const of = (count: number, value: number) => new Float32Array(count).fill(value);
  expect(rest).toEqual({
    'a/bias': of(3, 0),
    'norm/gamma': of(3, 1),
    'norm/beta': of(3, 0),
    'norm/movingMean': of(3, 0),
    'norm/movingVariance': of(3, 1),
    'bend/alpha': of(1, 0.25),
    'b/bias': of(2, 0),
  });
});

test('a depthwise kernel starts by the taps that each output sees, not by all channels', () => {
  const net = network([6, 6, 8], [{ kind: 'depthwiseConv2d', multiplier: 2, size: [3, 2] }]);
  expect(net.nodes[0]!.params.kernel).toMatchObject({ fanIn: 6, fanOut: 12, shape: [3, 2, 8, 2] });
});

test('weights are read in walking order, and reading hands out copies', async () => {
  const model = make();
  expect(Object.keys(await model.read())).toEqual([...model.weights.keys()]);
  const read = await model.read();
  read['a/kernel']!.fill(9);
  expect((await model.read())['a/kernel']![0]).not.toBe(9);
  model.dispose();
});

test('what is written is read back, and other models keep theirs', async () => {
  const [one, other] = [make(), make(nodes, 8)];
  const wanted = await other.read();
  one.write(wanted);
  expect(await one.read()).toEqual(wanted);
  one.write(Object.fromEntries(Object.entries(wanted).map(([name, values]) => [name, values.map((v) => v + 1)])));
  expect(await other.read()).toEqual(wanted);
  one.dispose();
  other.dispose();
});

const names =
  'a/kernel, a/bias, norm/gamma, norm/beta, norm/movingMean, norm/movingVariance, bend/alpha, b/kernel, b/bias';

const changes: readonly (readonly [
  what: string,
  change: (w: Record<string, Float32Array>) => void,
  message: string,
])[] = [
  ['a missing name', (w) => delete w['b/bias'], `weights are missing: "b/bias"; this network needs ${names}`],
  ['a name too many', (w) => void (w['c/bias'] = new Float32Array(1)), `unknown weights: "c/bias"; known: ${names}`],
  [
    'a wrong size',
    (w) => void (w['b/kernel'] = new Float32Array(5)),
    'wrong size of weights "b/kernel": 5 numbers; expected 6',
  ],
  [
    'no numbers',
    (w) => void (w['bend/alpha'] = new Float32Array(0)),
    'wrong size of weights "bend/alpha": 0 numbers; expected 1',
  ],
];

test.for(changes)('%s is refused and changes no weight', async ([, change, message]) => {
  const model = make();
  const before = await model.read();
  const wrong = Object.fromEntries(Object.entries(before).map(([name, values]) => [name, values.map(() => 5)]));
  change(wrong);
  expect(messageOf(() => model.write(wrong))).toBe(message);
  expect(() => model.write(wrong)).toThrow(InputError);
  expect(await model.read()).toEqual(before);
  model.dispose();
});

test('weights named like a property are told apart from it', async () => {
  const specs: readonly NodeSpec[] = [
    { kind: 'globalAvgPool' },
    { kind: 'dense', units: 2, id: '__proto__' },
    { kind: 'dense', id: 'constructor' },
  ];
  const model = make(specs);
  expect(Object.keys(await model.read())).toEqual([
    '__proto__/kernel',
    '__proto__/bias',
    'constructor/kernel',
    'constructor/bias',
  ]);
  expect(messageOf(() => model.write({}))).toBe(
    'weights are missing: "__proto__/kernel"; this network needs __proto__/kernel, __proto__/bias, constructor/kernel, constructor/bias',
  );
  model.dispose();
});

test('listeners hear of each step in their order until they are taken off', async () => {
  const model = make();
  const heard: string[] = [];
  const stop = model.onStep(async (step) => {
    await Promise.resolve();
    heard.push(`first ${step}`);
  });
  model.onStep((step) => void heard.push(`second ${step}`));
  await model.stepped(1);
  stop();
  stop();
  await model.stepped(2);
  expect(heard).toEqual(['first 1', 'second 1', 'second 2']);
  model.dispose();
  await model.stepped(3);
  expect(heard).toHaveLength(3);
});

test('building and disposing leaves no tensor behind, twice over too', () => {
  const before = tf.memory().numTensors;
  const model = make();
  expect(tf.memory().numTensors - before).toBe(model.weights.size);
  model.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
