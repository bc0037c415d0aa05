import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { network, nodeOf, random, startEngine, type Network, type NodeSpec } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { plainForward, type Plain, type PlainWeights } from '../../support/plainNet.ts';
import { randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { messageOfAsync } from '../message.ts';
import { explained } from './explained.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const head: readonly NodeSpec[] = [
  { kind: 'flatten', id: 'flat' },
  { kind: 'dense', units: 3, id: 'hidden' },
  { kind: 'activate', fn: 'tanh', id: 'bend' },
  { kind: 'dense', units: 2, id: 'end' },
];
const net = network(
  [7, 10, 2],
  [
    { kind: 'conv2d', filters: 3, id: 'c1' },
    { kind: 'batchNorm', id: 'norm' },
    { kind: 'activate', id: 'r1' },
    { kind: 'conv2d', filters: 4, stride: 2, id: 'c2' },
    { kind: 'activate', id: 'r2' },
    { kind: 'avgPool', id: 'pool' },
    ...head,
  ],
);

function numbers(of: Network, seed: number) {
  const source = random(seed, 'numbers');
  return { weights: randomWeights(of, source), x: randomPlain(source, [1, ...of.input]) };
}

/** α and Σ α A from finite differences of the rest of the net, by the formula. */
function slowCam(of: Network, weights: PlainWeights, x: Plain, at: string, target: number) {
  const A = plainForward(of, weights, x).get(at)!;
  const rest = () =>
    plainForward(of, weights, x, { replace: (node, value) => (node.id === at ? A : value) }).get(of.output)!.data[
      target
    ]!;
  const g = finiteDifferences(A.data, rest);
  const [, height, width, channels] = A.shape as [number, number, number, number];
  const alpha = new Float64Array(channels);
  g.forEach((value, i) => (alpha[i % channels]! += value / (height * width)));
  const before = new Float64Array(height * width);
  A.data.forEach((value, i) => (before[Math.floor(i / channels)]! += alpha[i % channels]! * value));
  return { alpha, before, height, width };
}

/** Bilinear: each pixel's centre falls at (i + ½)·scale − ½ of the small map, whose border goes on outside. */
function slowEnlarged(map: ArrayLike<number>, [h, w]: readonly [number, number], [H, W]: readonly [number, number]) {
  const at = (i: number, scale: number, length: number) => {
    const place = Math.max(0, (i + 0.5) * scale - 0.5);
    const low = Math.min(Math.floor(place), length - 1);
    return { low, high: Math.min(low + 1, length - 1), part: place - low };
  };
  return Float64Array.from({ length: H * W }, (_, p) => {
    const y = at(Math.floor(p / W), h / H, h);
    const x = at(p % W, w / W, w);
    const row = (r: number) => map[r * w + x.low]! * (1 - x.part) + map[r * w + x.high]! * x.part;
    return row(y.low) * (1 - y.part) + row(y.high) * y.part;
  });
}

test.for([null, 'c1', 'norm', 'c2', 'r2', 'pool'])('Grad-CAM at %s is its formula, step by step', async (node) => {
  for (let seed = 0; seed < 3; seed++) {
    const { weights, x } = numbers(net, seed);
    const target = seed % 2;
    const at = node ?? 'r2';
    const { alpha, before, height, width } = slowCam(net, weights, x, at, target);
    const asked = { net, weights, x: x.data, class: target };
    const { map, details, signed, perChannel } = await explained('gradCam', asked, { node });
    expect(details).toMatchObject({ node: at, height, width });
    expect({ signed, perChannel }).toEqual({ signed: false, perChannel: null });
    const found = details as Record<string, Float32Array>;
    expect(relativeError(found.weights!, alpha)).toBeLessThan(2e-5);
    expect(relativeError(found.beforeRelu!, before)).toBeLessThan(2e-5);
    const coarse = before.map((value) => Math.max(value, 0));
    expect(relativeError(found.coarse!, coarse)).toBeLessThan(2e-5);
    expect(relativeError(map, slowEnlarged(coarse, [height, width], [7, 10]))).toBeLessThan(2e-5);

    const open = await explained('gradCam', asked, { node, relu: false });
    expect(relativeError(open.map, slowEnlarged(before, [height, width], [7, 10]))).toBeLessThan(2e-5);
    expect(open.signed).toBe(true);
  }
});

test('guided Grad-CAM is the guided map times the enlarged one', async () => {
  const { weights, x } = numbers(net, 5);
  const asked = { net, weights, x: x.data, class: 1 };
  const guided = await explained('guidedBackprop', asked);
  const cam = await explained('gradCam', asked, { node: 'r1' });
  const both = await explained('guidedGradCam', asked, { node: 'r1' });
  const expected = guided.perChannel!.map((r, i) => r * cam.map[i >> 1]!);
  expect(relativeError(both.perChannel!, expected)).toBeLessThan(1e-6);
  expect(both.details).toEqual(cam.details);
});

test('where nothing speaks for the class the map is 0 and stays 0', async () => {
  const { weights, x } = numbers(net, 2);
  const none = { ...weights, 'end/kernel': new Float32Array(6) };
  for (const id of ['gradCam', 'guidedGradCam']) {
    const { map, sum } = await explained(id, { net, weights: none, x: x.data });
    expect(new Set(map)).toEqual(new Set([0]));
    expect(sum).toBe(0);
  }
});

const ends: readonly (readonly [what: string, specs: readonly NodeSpec[], node: string])[] = [
  [
    'a pool and dropout behind the activation',
    [{ kind: 'activate', id: 'r' }, { kind: 'maxPool' }, { kind: 'dropout' }],
    'r',
  ],
  ['no activation', [], 'c'],
  ['an addition', [{ kind: 'add', from: ['c', 'input'], id: 'sum' }], 'sum'],
  ['a concatenation', [{ kind: 'concat', from: ['c', 'input'], id: 'both' }], 'both'],
  [
    'an activation behind an addition',
    [
      { kind: 'add', from: ['c', 'input'] },
      { kind: 'activate', id: 'r' },
    ],
    'r',
  ],
];

test.for(ends)('unless told, the node is the last that computes channels: with %s', async ([, specs, node]) => {
  const other = network(
    [4, 4, 2],
    [{ kind: 'conv2d', filters: 2, id: 'c' }, ...specs, { kind: 'globalAvgPool' }, { kind: 'dense', units: 2 }],
  );
  const { weights, x } = numbers(other, 1);
  const { details } = await explained('gradCam', { net: other, weights, x: x.data });
  expect(details.node).toBe(node);
  expect(details.height).toBe(nodeOf(other, node).shape[0]);
});

test('a node without positions, an unknown one, and a net without any are refused', async () => {
  const ask = (of: Network, node: unknown) =>
    messageOfAsync(() =>
      explained(
        'gradCam',
        {
          net: of,
          x: new Float32Array(140).subarray(
            0,
            of.input.reduce((a, b) => a * b, 1),
          ),
        },
        { node },
      ),
    );
  expect(await ask(net, 'hidden')).toBe('no positions at "hidden": its output is 3; use c1, norm, r1, c2, r2');
  expect(await ask(net, 'c9')).toBe('unknown node: "c9"; nodes: c1, norm, r1, c2, r2, pool, flat, hidden, bend, end');
  expect(await ask(net, 7)).toBe('bad node in gradCam: 7; use the name of a node in quotes, or null');
  const flat = network([4, 4, 1], head);
  expect(await ask(flat, null)).toBe(
    'no channels with positions: flat, hidden, bend, end; add a convolution, or use gradient or occlusion',
  );
});
