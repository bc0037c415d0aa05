import * as tf from '@tensorflow/tfjs-core';
import {
  batchEntropy,
  build,
  erf,
  forward,
  network,
  outputOf,
  relevance,
  startEngine,
  startTraining,
  strength,
  takeBatch,
  type NodeSpec,
  type Tier,
} from '#src';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { barsData, residualDilated, smallConv } from '../support/labData.ts';

/** Float32 sums in another order: 100 roundings of 6e-8 and some growth, relative to the largest entry. */
const TOLERANCE = 3e-5;
/** Over steps the roundings of one enter the next. */
const TRAINING_TOLERANCE = 1e-4;
const TIERS = ['wasm', 'webgpu'] as const;
const STEPS = 12;

const mlp: readonly NodeSpec[] = [
  { kind: 'flatten', id: 'flat' },
  { kind: 'dense', id: 'hidden', units: 6 },
  { kind: 'activate', id: 'hidden.tanh', fn: 'tanh' },
  { kind: 'dense', id: 'logits', units: 2 },
];
const nets: Record<string, { readonly nodes: readonly NodeSpec[]; readonly at: string }> = {
  'an MLP': { nodes: mlp, at: 'hidden.tanh' },
  'two convolutions': { nodes: smallConv, at: 'conv2.relu' },
  'a residual, dilated net with batch norm': { nodes: residualDilated, at: 'sum.tanh' },
};
type Numbers = Record<string, ArrayLike<number>>;

const data = barsData();

/** Trains a fresh net for some steps; the numbers of everything that happened. */
async function trained(nodes: readonly NodeSpec[], steps: number) {
  const model = build(network(data.shape, nodes), { seed: 5 });
  const trainer = startTraining(model, data, { batchSize: 8, optimizer: 'adam', learningRate: 0.02, seed: 5 });
  for (let i = 0; i < steps; i++) await trainer.advance();
  const losses = await trainer.losses();
  const weights = await model.read();
  trainer.dispose();
  model.dispose();
  return { losses, weights };
}

/** Every number that the four instruments report, by name. */
async function readings(
  { nodes, at }: (typeof nets)[string],
  weights: Readonly<Record<string, Float32Array>>,
): Promise<Numbers> {
  const model = build(network(data.shape, nodes), { seed: 1 });
  model.write(weights);
  const batch = takeBatch(data, { size: 16, from: 'test' });
  const field = (await erf.measure(model, batch, { at, channel: 1 })).data;
  const flow = (await batchEntropy.measure(model, batch)).data;
  const sums = (await strength.measure(model, batch)).data;
  const map = (await relevance.measure(model, batch, { class: 1 })).data;
  model.dispose();
  return {
    'erf values': field.values,
    'erf profile': field.profile,
    'erf moments': [...field.mean!, ...field.sigma!],
    ...Object.fromEntries(flow.layers.map((layer) => [`entropy at ${layer.at}`, [...layer.units, layer.mean]])),
    ...Object.fromEntries(
      sums.layers.map((layer) => [`strength of ${layer.at}`, [...layer.incoming, ...(layer.outgoing ?? [])]]),
    ),
    ...Object.fromEntries(sums.layers.map(({ at: id, variance }) => [`strength variance of ${id}`, [variance]])),
    'relevance map': map.map,
    ...Object.fromEntries(map.layers.map((layer) => [`relevance at ${layer.at}`, [...layer.channels, layer.sum]])),
    'relevance account': [map.start, map.reached, map.absorbedByBias, map.absorbedByStabilizer, map.lost],
    probability: [map.probability],
  };
}

/** Names of the readings that differ by more than `tolerance` of their largest entry. */
function differences(found: Numbers, expected: Numbers, tolerance: number): string[] {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  return Object.entries(expected).flatMap(([name, values]) => {
    const own = Array.from(found[name]!);
    const largest = Math.max(...Array.from(values, Math.abs));
    const error = Math.max(...own.map((value, i) => Math.abs(value - values[i]!))) / (largest || 1);
    return own.length === values.length && error <= tolerance ? [] : [`${name}: ${error}`];
  });
}

let before = 0;
beforeEach(async () => {
  await start('cpu');
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

const onCpu = new Map<string, { losses: Float32Array; weights: Record<string, Float32Array>; numbers: Numbers }>();

/** The same on the plain tier: the judge of the others. */
async function reference(name: string) {
  if (!onCpu.has(name)) {
    const run = await trained(nets[name]!.nodes, STEPS);
    onCpu.set(name, { ...run, numbers: await readings(nets[name]!, run.weights) });
  }
  return onCpu.get(name)!;
}

async function start(tier: Tier): Promise<void> {
  expect(await startEngine({ tier, selfCheck: false })).toMatchObject({ tier });
}

const cases = TIERS.flatMap((tier) => Object.keys(nets).map((net) => [tier, net] as const));

test.for(cases)('on %s the four instruments read %s as the cpu tier does', async ([tier, net]) => {
  const { weights, numbers } = await reference(net);
  await start(tier);
  const own = await readings(nets[net]!, weights);
  expect(differences(own, numbers, TOLERANCE)).toEqual([]);
  // The comparison can tell: one part in a thousand more would not pass.
  const off = { ...own, 'erf values': Float32Array.from(own['erf values']!, (value) => value * 1.001) };
  expect(differences(off, numbers, TOLERANCE)).toHaveLength(1);
});

test.for(cases)('on %s training %s takes the steps it takes on cpu', async ([tier, net]) => {
  const { losses, weights } = await reference(net);
  await start(tier);
  const own = await trained(nets[net]!.nodes, STEPS);
  expect(differences({ losses: own.losses }, { losses }, TRAINING_TOLERANCE)).toEqual([]);
  expect(differences(own.weights, weights, 10 * TRAINING_TOLERANCE)).toEqual([]);
});

test.for(TIERS)('on %s training reduces the loss of every net', async (tier) => {
  await start(tier);
  for (const { nodes } of Object.values(nets)) {
    const { losses } = await trained(nodes, 30);
    const mean = (part: Float32Array) => part.reduce((sum, loss) => sum + loss, 0) / part.length;
    expect(losses).toHaveLength(30);
    expect(mean(losses.subarray(-6))).toBeLessThan(0.8 * mean(losses.subarray(0, 6)));
  }
});

test.for(TIERS)('on %s a sum may have more inputs than a GPU binds at once', async (tier) => {
  await startEngine({ tier });
  const branches = Array.from({ length: 12 }, (_, i) => ({
    kind: 'activate',
    id: `branch${i}`,
    fn: 'relu',
    from: 'input',
  }));
  const net = network([3], [...branches, { kind: 'add', from: branches.map(({ id }) => id) }]);
  const model = build(net);
  const sum = tf.tidy(() => outputOf(model, forward(model, tf.tensor([[-1, 2, 0.5]]))));
  expect([...(await sum.data())]).toEqual([0, 24, 6]);
  sum.dispose();
  model.dispose();
});
