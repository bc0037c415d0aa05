import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, InputError, network, startEngine, type Checkpoint, type NodeSpec, type TrainOptions } from '#src';
import { messageOf } from '../message.ts';
import { blobs, lossesOf, onEveryEngine, startHere, trainHere } from './runs.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const nodes: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 2 },
  { kind: 'batchNorm' },
  { kind: 'activate', fn: 'prelu' },
  { kind: 'flatten' },
  { kind: 'dropout', rate: 0.3 },
  { kind: 'dense', units: 3 },
];
const net = network([4, 4, 1], nodes);
const data = blobs([4, 4, 1], { classes: 3 });
/** 20 samples in batches of 6: three steps an epoch, so that step 4 lies in the middle of the second. */
const recipe = { batchSize: 6, steps: 9, seed: 2 } as const;

async function checkpointAfter(steps: number, options: TrainOptions): Promise<Checkpoint> {
  const model = build(net, { seed: 1 });
  let saved: Checkpoint | undefined;
  for await (const step of trainHere(model, data, options)) {
    if (step.step !== steps) continue;
    saved = await step.checkpoint();
    break;
  }
  model.dispose();
  return saved!;
}

onEveryEngine(() => {
  test.for(['adam', 'adamw', 'rmsprop', 'nesterov', 'sgd'])(
    'a run with %s, dropout and batch norm goes on bit for bit from a checkpoint in the middle of an epoch',
    async (optimizer) => {
      const options = { ...recipe, optimizer, learningRate: 0.05, schedule: 'cosine', weightDecay: 0.01 };
      const whole = build(net, { seed: 1 });
      const all = await lossesOf(whole, data, options);
      const saved = await checkpointAfter(4, options);
      expect(saved).toMatchObject({ step: 4, optimizer });
      // Another start: everything must come from the checkpoint.
      const resumed = build(net, { seed: 77 });
      expect(await lossesOf(resumed, data, { ...options, resume: saved })).toEqual(all.slice(4));
      expect(await resumed.read()).toEqual(await whole.read());
      whole.dispose();
      resumed.dispose();
    },
  );

  test('a checkpoint is plain data that survives structured cloning, and does not follow the run', async () => {
    const model = build(net, { seed: 1 });
    const run = trainHere(model, data, recipe);
    const first = await run.next();
    if (first.done) throw new Error('internal: the run is over');
    const saved = await first.value.checkpoint();
    const copy = structuredClone(saved);
    await run.next();
    expect(saved).toEqual(copy);
    expect(await model.read()).not.toEqual(saved.weights);
    expect(Object.keys(saved.slots)).toContain('dense1/kernel/m');
    expect(Object.keys(saved.weights)).toContain('batchNorm1/movingMean');
    expect(Object.keys(saved.slots).filter((name) => name.includes('moving'))).toEqual([]);
    await run.return();
    model.dispose();
  });

  test('a run that is already over brings no result', async () => {
    const model = build(net, { seed: 1 });
    const saved = await checkpointAfter(9, recipe);
    expect(await lossesOf(model, data, { ...recipe, resume: saved })).toEqual([]);
    expect(await model.read()).toEqual(saved.weights);
    model.dispose();
  });

  const other = network(
    [4, 4, 1],
    nodes.map((node) => (node.kind === 'dropout' ? { ...node, rate: 0.5 } : node)),
  );
  const digests =
    'checkpoint of another network: DIGEST, the model is DIGEST; build one with networkFromJSON(checkpoint.network)';

  const strange: readonly (readonly [what: string, change: (saved: Checkpoint) => Checkpoint, message: string])[] = [
    [
      'of another optimiser',
      (saved) => ({ ...saved, optimizer: 'sgd' }),
      'checkpoint of another optimiser: sgd; this run uses adam',
    ],
    [
      'of another order of samples',
      (saved) => ({ ...saved, seed: 99 }),
      'checkpoint of another order of samples: seed 99, batch 6; this run has seed 2, batch 6',
    ],
    ['of another network', (saved) => ({ ...saved, network: { ...saved.network, nodes: other.specs } }), digests],
    ['of another input', (saved) => ({ ...saved, network: { ...saved.network, input: [5, 4, 1] } }), digests],
    [
      'without a slot',
      (saved) => ({ ...saved, slots: {} }),
      'damaged checkpoint: "conv2d1/kernel/m" has 0 numbers; expected 18',
    ],
    [
      'with a slot cut short',
      (saved) => ({ ...saved, slots: { ...saved.slots, 'dense1/bias/v': new Float32Array(2) } }),
      'damaged checkpoint: "dense1/bias/v" has 2 numbers; expected 3',
    ],
    [
      'with a weight cut short',
      (saved) => ({ ...saved, weights: { ...saved.weights, 'dense1/bias': new Float32Array(2) } }),
      'wrong size of weights "dense1/bias": 2 numbers; expected 3',
    ],
  ];

  test.for(strange)('a checkpoint %s is refused and changes nothing', async ([, change, message]) => {
    const saved = change(await checkpointAfter(2, recipe));
    const model = build(net, { seed: 5 });
    const trainer = startHere(model, data, recipe);
    const before = [await model.read(), (await trainer.checkpoint()).slots, tf.memory().numTensors];
    expect(messageOf(() => trainer.restore(saved)).replaceAll(/\b[0-9a-f]{16}\b/g, 'DIGEST')).toBe(message);
    expect(() => trainer.restore(saved)).toThrow(InputError);
    expect([await model.read(), (await trainer.checkpoint()).slots, tf.memory().numTensors]).toEqual(before);
    expect(trainer.step).toBe(0);
    trainer.dispose();
    model.dispose();
  });

  test('train frees everything when it is given a strange checkpoint', async () => {
    const saved = await checkpointAfter(2, recipe);
    const model = build(net, { seed: 5 });
    const before = tf.memory().numTensors;
    await expect(lossesOf(model, data, { ...recipe, optimizer: 'sgd', resume: saved })).rejects.toThrow(InputError);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
