import { jsExecutor, wasmExecutor, type Executor } from '#kernels';
import { activations, losses, network, optimizers } from '#src';
import { expect, test } from 'vitest';
import { allKinds, drawn } from '../../support/allKinds.ts';
import { relativeError } from '../../support/finiteDifference.ts';
import { randomNet } from '../../support/plainNetRandom.ts';
import {
  drawnLabels,
  exactly,
  fill,
  plannedStep,
  type PlannedSettings,
  type StepPart,
  type TrainingStep,
} from '../../support/plannedNet.ts';

// Executors in float32 against the same plan in float64.

const BATCH = 5;
const GRADIENT_TOLERANCE = 1e-4;
const executors: Readonly<Record<string, (step: TrainingStep) => Executor<StepPart>>> = {
  js: ({ plan }) => jsExecutor(plan, (length) => new Float32Array(length)),
  wasm: ({ plan }) => wasmExecutor(plan),
  'wasm, plain products': ({ plan }) => wasmExecutor(plan, { build: 'plain' }),
};
const functions = [...activations].flatMap(({ id: fn }) =>
  (['shared', 'channel'] as const).map((parameters) => ({ fn, parameters })),
);
/** Every loss on as many outputs as it may have. */
const lossCases = [...losses].flatMap(({ id, outputs }) =>
  [...new Set([outputs(2), outputs(10)])].map((count) => ({ id, outputs: count })),
);
const nets = [
  { name: 'every kind', net: allKinds },
  ...Array.from({ length: 50 }, (_, seed) => ({ name: `random ${seed}`, net: randomNet(seed) })),
];

/** One step on an executor and in float64; the largest error of the loss, the gradients and what the step wrote. */
function compare(net: typeof allKinds, seed: number, name: string, settings: PlannedSettings = {}) {
  const { weights, x } = drawn(net, { samples: BATCH, seed });
  const step = plannedStep(net, { batch: BATCH, ...settings });
  const labels = drawnLabels(net, BATCH, seed);
  const exact = exactly(step);
  const fast = executors[name]!(step);
  for (const executor of [exact, fast]) {
    fill(step, executor as Executor<StepPart>, weights, x.data, labels);
    for (const buffer of step.scalars.values()) executor.view(buffer)[0] = Math.fround(0.1);
    for (const part of ['forward', 'backward', 'update'] as const) executor.run(part);
  }
  const both = (buffer: number) => [fast.view(buffer), exact.view(buffer)] as const;
  const largest = Math.max(
    ...[...step.gradients.values()].map((g) => exact.view(g).reduce((most, v) => Math.max(most, Math.abs(v)), 0)),
  );
  const error = (buffer: number) => {
    const [found, expected] = both(buffer);
    return found.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i]!)), 0);
  };
  return {
    loss: relativeError(...both(step.loss)),
    gradients: Math.max(...[...step.gradients.values()].map(error)) / largest,
    weights: Math.max(...[...step.weights.values()].map((w) => relativeError(...both(w)))),
    slots: Math.max(0, ...[...step.slots.values()].map(error)),
  };
}

for (const name of Object.keys(executors)) {
  test.for(nets)(`${name}: a step of $name is that of float64`, ({ net }, { expect: check }) => {
    const errors = compare(
      net,
      nets.findIndex((entry) => entry.net === net),
      name,
    );
    check(errors.loss).toBeLessThan(1e-5);
    check(errors.gradients).toBeLessThan(GRADIENT_TOLERANCE);
    check(errors.weights).toBeLessThan(GRADIENT_TOLERANCE);
  });

  test.for(functions)(`${name}: activation $fn, parameters $parameters, is that of float64`, ({ fn, parameters }) => {
    const units = 4 * activations.get(fn).arity;
    const net = network(
      [3],
      [
        { kind: 'dense', units },
        { kind: 'activate', fn, parameters },
        { kind: 'dense', units: 3 },
      ],
    );
    const errors = compare(net, 3, name);
    expect(errors.loss).toBeLessThan(1e-5);
    expect(errors.gradients).toBeLessThan(GRADIENT_TOLERANCE);
  });

  test.for([...optimizers].flatMap(({ id }) => [0, 0.01].map((weightDecay) => ({ id, weightDecay }))))(
    `${name}: $id with weight decay $weightDecay is that of float64`,
    ({ id, weightDecay }) => {
      const errors = compare(randomNet(2), 2, name, { optimizer: id, weightDecay });
      expect(errors.weights).toBeLessThan(GRADIENT_TOLERANCE);
      expect(errors.slots).toBeLessThan(GRADIENT_TOLERANCE);
    },
  );

  test.for(lossCases)(`${name}: loss $id on $outputs outputs is that of float64`, ({ id, outputs }) => {
    const net = network([4], [{ kind: 'dense', units: 6 }, { kind: 'activate' }, { kind: 'dense', units: outputs }]);
    const errors = compare(net, 4, name, { loss: id });
    expect(errors.loss).toBeLessThan(1e-5);
    expect(errors.gradients).toBeLessThan(GRADIENT_TOLERANCE);
  });
}
