import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  attributions,
  CancelledError,
  composites,
  erf,
  forward,
  forwardSteps,
  inputOptimizations,
  outputSteps,
  relevance,
  rulesFor,
  startEngine,
  traceSteps,
  type Model,
} from '#src';
import { allKinds, drawn } from '../../support/allKinds.ts';
import { tensorOf, withWeights } from '../../support/tracedWalk.ts';

// What takes long goes node by node: other work gets in between, and what is stopped half way leaves nothing behind.

const { weights, x } = drawn();
const nodes = allKinds.nodes.map(({ id }) => id);

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const withInput = (use: (model: Model, input: tf.Tensor) => Promise<void>) =>
  withWeights(allKinds, weights, async (model) => {
    const input = tensorOf(x);
    try {
      await use(model, input);
    } finally {
      input.dispose();
    }
  });

const rules = rulesFor(allKinds, composites.get('epsilonPlusFlat')());
const stepwise: Readonly<Record<string, (model: Model, x: tf.Tensor) => Generator<string, tf.TensorContainer>>> = {
  forwardSteps: function* (model, input) {
    return [...(yield* forwardSteps(model, input)).values()];
  },
  outputSteps,
  traceSteps: function* (model, input) {
    const trace = yield* traceSteps(model, input, { rules });
    trace.dispose();
    return [];
  },
};

test.for(Object.keys(stepwise))('%s stops after every node', (name) =>
  withInput(async (model, input) => {
    const seen: string[] = [];
    const steps = stepwise[name]!(model, input);
    let step = steps.next();
    for (; !step.done; step = steps.next()) seen.push(step.value);
    tf.dispose(step.value);
    expect(seen).toEqual(nodes);
  }),
);

test.for(Object.keys(stepwise))('%s stopped anywhere leaves no tensor behind', (name) =>
  withInput(async (model, input) => {
    const before = tf.memory().numTensors;
    for (let stop = 0; stop <= nodes.length; stop++) {
      const steps = stepwise[name]!(model, input);
      for (let i = 0; i < stop; i++) steps.next();
      steps.return([]);
      expect(tf.memory().numTensors, `stopped after ${stop}`).toBe(before);
    }
  }),
);

test('the output of steps is that of one piece', () =>
  withInput(async (model, input) => {
    const whole = tf.tidy(() => forward(model, input).get(allKinds.output)!);
    const steps = outputSteps(model, input);
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(await step.value.data()).toEqual(await whole.data());
    tf.dispose([whole, step.value]);
  }));

const requests: Readonly<Record<string, (model: Model, x: tf.Tensor, signal: AbortSignal) => Promise<unknown>>> = {
  relevance: (model, input, signal) => relevance.measure(model, input, {}, { signal }),
  erf: (model, input, signal) => erf.measure(model, input, { at: nodes[2]! }, { signal }),
  ...Object.fromEntries(
    ['epsilonPlusFlat', 'gradient', 'smoothGrad', 'gradCam'].map((id) => [
      id,
      (model: Model, input: tf.Tensor, signal: AbortSignal) =>
        attributions.get(id).explain(model, input, 0, {}, { signal }),
    ]),
  ),
  fgsm: (model, input, signal) =>
    inputOptimizations.get('fgsm').run(model, input, { kind: 'label', class: 0 }, { low: -9, high: 9 }, { signal }),
};

/** Runs a request by a clock that says at every look that a slice is over, and cancels it at one of these looks. */
async function byHurriedClock(request: (signal: AbortSignal) => Promise<unknown>, cancelAt = Infinity) {
  const { now } = performance;
  const cancel = new AbortController();
  let looks = 0;
  performance.now = () => {
    looks += 1;
    if (looks === cancelAt) cancel.abort();
    return 1000 * looks;
  };
  try {
    const error = await request(cancel.signal).then(
      () => null,
      (reason: unknown) => reason,
    );
    return { looks, error };
  } finally {
    performance.now = now;
  }
}

test.for(Object.keys(requests))('%s lets other work in, and cancelled midway it leaves no tensor behind', (name) =>
  withInput(async (model, input) => {
    const before = tf.memory().numTensors;
    const request = (signal: AbortSignal) => requests[name]!(model, input, signal);
    const whole = await byHurriedClock(request);
    expect(whole.error).toBeNull();
    // There and back, a look after every node.
    expect(whole.looks).toBeGreaterThan(6);
    for (const at of [1, 2, 3, Math.floor(whole.looks / 2)]) {
      const { error } = await byHurriedClock(request, at);
      expect(error, `cancelled at look ${at}`).toBeInstanceOf(CancelledError);
      expect(tf.memory().numTensors, `cancelled at look ${at}`).toBe(before);
    }
  }),
);
