import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ablate,
  channelRelevance,
  composites,
  conditionalMaps,
  disposeWalk,
  network,
  random,
  rules,
  rulesFor,
  scalesOf,
  startEngine,
  traceOf,
  walk,
  type AblationPlan,
  type Composite,
  type Network,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward } from '../../support/plainNet.ts';
import { choices, randomNet } from '../../support/plainNetRandom.ts';
import { largest, total } from '../../support/plainNetRelevance.ts';
import { numbersOf, tensorOf, withWeights } from '../../support/tracedWalk.ts';
import { branches, epsilonPlusFlat, flat, line, numbers, skip } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Denominators are stabilised by 1e-6 before the scale on one side and after it on the other. */
const TOLERANCE = 1e-4;

type Weights = Record<string, Float32Array>;

/** Weights of a linear node, or a batch norm, with output channels scaled. */
function outputsScaled(net: Network, weights: Weights, id: string, factors: readonly number[]): Weights {
  const channels = net.nodes.find((node) => node.id === id)!.shape.at(-1)!;
  const carriers = ['kernel', 'bias', 'gamma', 'beta'].map((param) => `${id}/${param}`);
  const scaled = (values: Float32Array) => values.map((v, i) => v * factors[i % channels]!);
  return Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, carriers.includes(name) ? scaled(values) : values]),
  );
}

/** Weights of a linear node that expects input channels to be scaled already: its kernel carries their factors. */
function inputsScaled(net: Network, weights: Weights, id: string, factors: readonly number[]): Weights {
  const channels = net.nodes.find((node) => node.id === id)!.shape.at(-1)!;
  const kernel = weights[`${id}/kernel`]!;
  return {
    ...weights,
    [`${id}/kernel`]: kernel.map((v, i) => v * factors[Math.floor(i / channels) % factors.length]!),
  };
}

/** Logits, the map of class 1 and ρ at a node, by a table. */
async function explained(
  net: Network,
  weights: Weights,
  composite: Composite,
  { seed, plan, at }: { seed: number; plan: AblationPlan; at: string },
) {
  const x = tensorOf(numbers(net, seed).x);
  return withWeights(net, weights, async (model) => {
    const scales = scalesOf(net, plan);
    const trace = traceOf(model, x, { rules: rulesFor(net, composite), scales });
    tf.dispose([...scales.values(), x]);
    const query = { classes: [1], conditions: {} };
    const tensors = [
      tf.clone(trace.value(net.output)),
      conditionalMaps(trace, [query], composite.start),
      channelRelevance(trace, at, query, { start: composite.start }),
    ];
    const [logits, map, rho] = (await Promise.all(tensors.map(numbersOf))) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    tf.dispose(tensors);
    trace.dispose();
    return { logits, map, rho };
  });
}

/** Layers with a bias in front of a batch norm, one of them depthwise. */
const normed = network(
  [5, 5, 2],
  [
    { kind: 'depthwiseConv2d', id: 'deep', multiplier: 2 },
    { kind: 'batchNorm', id: 'deep.norm' },
    { kind: 'activate', id: 'deep.relu' },
    { kind: 'conv2d', id: 'wide', filters: 3 },
    { kind: 'batchNorm', id: 'wide.norm' },
    { kind: 'activate', id: 'wide.relu' },
    { kind: 'flatten', id: 'flat' },
    { kind: 'dense', id: 'logits', units: 3 },
  ],
);

/** A node, the linear node that can carry its scale, and on which side. */
const places: readonly (readonly [net: Network, id: string, by: string, side: 'outputs' | 'inputs', at: string])[] = [
  [line, 'a', 'a', 'outputs', 'b'],
  [line, 'a.relu', 'a', 'outputs', 'pool'],
  [line, 'pool', 'b', 'inputs', 'a.relu'],
  [line, 'b', 'b', 'outputs', 'pool'],
  [line, 'flat', 'logits', 'inputs', 'b'],
  [line, 'logits', 'logits', 'outputs', 'b'],
  [skip, 'inner', 'inner', 'outputs', 'stem.relu'],
  [skip, 'norm', 'norm', 'outputs', 'stem.relu'],
  [skip, 'inner.relu', 'norm', 'outputs', 'stem.relu'],
  [skip, 'sum', 'top', 'inputs', 'stem'],
  [skip, 'mean', 'logits', 'inputs', 'top.relu'],
  [normed, 'deep', 'deep', 'outputs', 'wide'],
  [normed, 'wide', 'wide', 'outputs', 'deep.relu'],
  [branches, 'right.relu', 'right', 'outputs', 'stem.relu'],
  [branches, 'both', 'top', 'inputs', 'left'],
  [flat, 'b', 'b', 'outputs', 'a'],
];
const factorsOf = (channels: number, seed: number) => {
  const { pick } = choices(random(seed, 'factors'));
  return Array.from({ length: channels }, (_, c) => (c === 0 ? 0 : pick([0, 0.5, 1, 1, 3])));
};
const tables = ['epsilonPlusFlat', 'epsilonGammaBox', 'epsilonAlpha2Beta1', 'excitationBackprop', 'gradientOnly'];

test.for(places.flatMap((place) => tables.map((table) => [table, ...place] as const)))(
  '%s of a net with scaled channels is that of a net whose weights hold the scale: %#',
  async ([table, net, id, by, side, at]) => {
    const composite = composites.get(table)();
    for (const seed of [1, 2, 3]) {
      const factors = factorsOf(net.nodes.find((node) => node.id === id)!.shape.at(-1)!, seed);
      const { weights } = numbers(net, seed);
      const plan = { [id]: Object.fromEntries(factors.entries()) };
      const found = await explained(net, weights, composite, { seed, plan, at });
      const folded = (side === 'outputs' ? outputsScaled : inputsScaled)(net, weights, by, factors);
      const expected = await explained(net, folded, composite, { seed, plan: {}, at });
      expect(relativeError(found.logits, expected.logits)).toBeLessThan(1e-5);
      expect(relativeError(found.map, expected.map)).toBeLessThan(TOLERANCE);
      expect(relativeError(found.rho, expected.rho)).toBeLessThan(TOLERANCE);
    }
  },
);

/** A random plan for a random net: some channels of a few nodes weakened or removed. */
function randomPlan(net: Network, seed: number): AblationPlan {
  const { pick, whole } = choices(random(seed, 'plan'));
  return Object.fromEntries(
    Array.from({ length: 3 }, () => {
      const { id, shape } = pick(net.nodes);
      return [id, { [whole(0, shape.at(-1)! - 1)]: pick([0, 0, 0.25, 2]) }];
    }),
  );
}

const SEEDS = Array.from({ length: 30 }, (_, i) => 400 + i);

test('random nets answer as loops over every wire do, with the outputs of their nodes scaled', async () => {
  for (const seed of SEEDS) {
    const net = randomNet(seed);
    const plan = randomPlan(net, seed);
    const { weights, x } = numbers(net, seed, 3);
    const expected = plainForward(net, weights, x, {
      replace: ({ id, shape }, { data, ...rest }) => ({
        ...rest,
        data: data.map((v, i) => v * (plan[id]?.[i % shape.at(-1)!] ?? 1)),
      }),
    });
    const input = tensorOf(x);
    const { before, after } = await withWeights(net, weights, (model) => ablate(model, input, plan));
    input.dispose();
    const about = JSON.stringify([seed, plan, net.specs]);
    expect(relativeError(after.logits, expected.get(net.output)!.data), about).toBeLessThan(1e-5);
    expect(relativeError(before.logits, plainForward(net, weights, x).get(net.output)!.data)).toBeLessThan(1e-5);
  }
});

test('relevance of random nets with scaled channels is conserved: what starts is what arrives and what stays behind', async () => {
  for (const seed of SEEDS) {
    const net = randomNet(seed, { functions: ['relu', 'tanh'] });
    const { weights, x } = numbers(net, seed);
    const input = tensorOf(x);
    const [start, arrived, held, peak] = await withWeights(net, weights, async (model) => {
      const scales = scalesOf(net, randomPlan(net, seed));
      const trace = traceOf(model, input, { rules: rulesFor(net, composites.get('epsilonPlus')()), scales });
      const walked = walk(trace, { start: new Map([[net.output, trace.value(net.output)]]), keepsBooks: true });
      const each = [...walked.held.values()].flatMap(({ bias, stabilizer }) => [bias, stabilizer]);
      const read = async (tensors: readonly (tf.Tensor | undefined)[]) =>
        Promise.all(tensors.filter((t) => t !== undefined).map(numbersOf));
      const sums = (list: readonly Float32Array[]) => total(list.map(total));
      const all = await read([...walked.relevance.values()]);
      const result = [
        sums(await read([trace.value(net.output)])),
        sums(await read([walked.relevance.get('input')])),
        sums(await read(each)),
        Math.max(...all.map((values) => total(values.map(Math.abs)))),
      ] as const;
      disposeWalk(walked);
      trace.dispose();
      tf.dispose([...scales.values()]);
      return result;
    });
    input.dispose();
    expect(Math.abs(start - arrived - held) / peak, String(seed)).toBeLessThan(TOLERANCE);
  }
});

test('relevance put at a removed channel goes no further, under any rule', async () => {
  const { weights, x } = numbers(line, 5);
  const input = tensorOf(x);
  await withWeights(line, weights, async (model) => {
    for (const rule of [rules.flat(), rules.wSquare()]) {
      const scales = scalesOf(line, { b: { 2: 0, 1: 0.5 } });
      const trace = traceOf(model, input, { rules: rulesFor(line, epsilonPlusFlat).set('b', rule), scales });
      const from = (channel: number, startAt: string) => {
        const map = conditionalMaps(trace, [{ startAt, initial: 1, conditions: { [startAt]: [channel] } }]);
        return numbersOf(map).finally(() => map.dispose());
      };
      expect(largest(await from(2, 'b'))).toBe(0);
      expect(largest(await from(1, 'b'))).toBeGreaterThan(0.01);
      trace.dispose();
      tf.dispose([...scales.values()]);
    }
  });
  input.dispose();
});
