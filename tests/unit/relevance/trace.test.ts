import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  build,
  composites,
  defineRule,
  disposeWalk,
  rules,
  rulesFor,
  startEngine,
  traceOf,
  train,
  walk,
  walkSteps,
  type Model,
  type Network,
  type Rule,
  type Trace,
} from '#src';
import { allKinds, drawn } from '../../support/allKinds.ts';
import { numbersOf, tensorOf, withTrace, withWeights } from '../../support/tracedWalk.ts';
import { messageOf } from '../message.ts';
import { blobs } from '../training/runs.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const tensors = () => tf.memory().numTensors;
const ofComposite = (id: string, net: Network = allKinds) => rulesFor(net, composites.get(id)());

/** Relevance of the pixels from all logits at once. */
async function pixels(trace: Trace): Promise<Float32Array> {
  const { output } = trace.network;
  const walked = walk(trace, { start: new Map([[output, trace.value(output)]]) });
  const found = await numbersOf(walked.relevance.get('input')!);
  disposeWalk(walked);
  return found;
}

async function onAllKinds(use: (model: Model, x: tf.Tensor) => Promise<void>) {
  const { weights, x } = drawn();
  const input = tensorOf(x);
  await withWeights(allKinds, weights, (model) => use(model, input));
  input.dispose();
}

test.for(['epsilonPlusFlat', 'epsilonGammaBox', 'gradientOnly'])(
  'a trace of %s keeps its weights while the model trains on, and after it is gone',
  async (id) => {
    const { weights, x } = drawn();
    const input = tensorOf(x);
    const model = build(allKinds);
    model.write(weights);
    const rulesOf = ofComposite(id);
    const now = traceOf(model, input, { rules: rulesOf });
    const expected = await pixels(now);
    now.dispose();

    // Nothing of this trace is prepared yet: the first walk comes after the training.
    const kept = traceOf(model, input, { rules: rulesOf });
    const data = blobs(allKinds.input, { classes: 3 });
    for await (const { step } of train(model, data, { epochs: 1, batchSize: 10, learningRate: 0.1 }))
      expect(step).toBeGreaterThan(0);
    const later = traceOf(model, input, { rules: rulesOf });
    expect(await pixels(later)).not.toEqual(expected);
    later.dispose();
    expect(await pixels(kept)).toEqual(expected);
    model.write(weights);
    model.dispose();
    expect(await pixels(kept)).toEqual(expected);
    kept.dispose();
    input.dispose();
  },
);

test('nothing that is alive is shared: a trace can be disposed twice, and the model and the input live on', async () => {
  await onAllKinds(async (model, input) => {
    const before = tensors();
    const trace = traceOf(model, input, { rules: ofComposite('epsilonPlusFlat') });
    const expected = await pixels(trace);
    trace.dispose();
    trace.dispose();
    expect(tensors()).toBe(before);
    expect(model.weights.size).toBeGreaterThan(0);
    const again = traceOf(model, input, { rules: ofComposite('epsilonPlusFlat') });
    expect(await pixels(again)).toEqual(expected);
    again.dispose();
  });
});

test('a result outlives the trace it came from', async () => {
  await onAllKinds(async (model, input) => {
    const trace = traceOf(model, input, { rules: ofComposite('epsilonPlusFlat') });
    const expected = await pixels(trace);
    const { output } = trace.network;
    const walked = walk(trace, { start: new Map([[output, trace.value(output)]]), keepsBooks: true });
    trace.dispose();
    expect(await numbersOf(walked.relevance.get('input')!)).toEqual(expected);
    disposeWalk(walked);
  });
});

/** ε that counts how often it is prepared and used, by node id. */
function counting() {
  const prepared: string[] = [];
  let used = 0;
  const inner = rules.epsilon();
  const kind = defineRule({
    id: 'counted',
    title: 'Counted',
    summary: 'ε that counts.',
    formula: '',
    source: 'this test',
    options: {},
    fits: () => true,
    make: () => ({
      prepare(site) {
        prepared.push(site.node.id);
        return inner.prepare(site);
      },
      propagate(site, kept, r) {
        used += 1;
        return inner.propagate(site, kept, r);
      },
    }),
  });
  return { rule: kind(), prepared, used: () => used };
}

const withRuleAt = (id: string, rule: Rule) => new Map([...ofComposite('epsilonPlus'), [id, rule]]);

test('denominators are computed when relevance first comes by, once per node, and kept for the next class', async () => {
  await onAllKinds(async (model, input) => {
    const { rule, prepared, used } = counting();
    const linear = allKinds.nodes.filter(({ layer }) => layer.role === 'linear').map(({ id }) => id);
    const rulesOf = new Map([...ofComposite('epsilonPlus'), ...linear.map((id) => [id, rule] as const)]);
    const trace = traceOf(model, input, { rules: rulesOf });
    expect(prepared).toEqual([]);
    const first = await pixels(trace);
    expect(prepared).toEqual([...linear].reverse());
    expect(await pixels(trace)).toEqual(first);
    // A walk that starts further down needs nothing above it.
    disposeWalk(walk(trace, { start: new Map([['gate', trace.value('gate')]]) }));
    expect(prepared).toHaveLength(linear.length);
    expect(used()).toBe(2 * linear.length + 3);
    trace.dispose();
  });
});

/** A rule that fails where told. */
function failing(where: 'prepare' | 'propagate'): Rule {
  const fail = () => {
    tf.scalar(1);
    throw new Error(`no ${where}`);
  };
  return { ...rules.pass(), id: 'failing', ...(where === 'prepare' ? { prepare: fail } : { propagate: fail }) };
}

const failures = (['prepare', 'propagate'] as const).flatMap((where) =>
  ['end', 'skip', 'relu', 'conv'].map((id) => [where, id] as const),
);

test.for(failures)('a rule that throws in %s at %s leaves no tensor behind', async ([where, id]) => {
  await onAllKinds(async (model, input) => {
    const before = tensors();
    const trace = traceOf(model, input, { rules: withRuleAt(id, failing(where)) });
    const { output } = trace.network;
    const start = new Map([[output, trace.value(output)]]);
    const act = () => walk(trace, { start, keepsBooks: true });
    expect(messageOf(act)).toBe(`no ${where}`);
    // A second try meets what the first one kept.
    const kept = tensors();
    expect(messageOf(act)).toBe(`no ${where}`);
    expect(tensors()).toBe(kept);
    trace.dispose();
    expect(tensors()).toBe(before);
  });
});

test('a note, a mask or a start that throws or does not fit leaves no tensor behind', async () => {
  await onAllKinds(async (model, input) => {
    const trace = traceOf(model, input, { rules: ofComposite('epsilonPlusFlat') });
    const { output } = trace.network;
    const start = new Map([[output, trace.value(output)]]);
    await pixels(trace);
    const before = tensors();
    const note = (id: string, r: tf.Tensor) => {
      if (id === 'skip') throw new Error('no note');
      return tf.clone(r);
    };
    expect(messageOf(() => walk(trace, { start, note }))).toBe('no note');
    expect(tensors()).toBe(before);
    const mask = tf.ones([1, 7]);
    expect(messageOf(() => walk(trace, { start, masks: new Map([['skip', mask]]) }))).toContain('broadcast');
    mask.dispose();
    expect(tensors()).toBe(before);
    trace.dispose();
  });
});

test('a walk that is stopped half way, or never begun, leaves no tensor behind', async () => {
  await onAllKinds(async (model, input) => {
    const trace = traceOf(model, input, { rules: ofComposite('epsilonAlpha2Beta1') });
    const { output } = trace.network;
    const start = new Map([[output, trace.value(output)]]);
    await pixels(trace);
    const before = tensors();
    const mask = tf.scalar(0.5);
    for (const count of [0, 1, 5, 12, allKinds.nodes.length]) {
      const steps = walkSteps(trace, {
        start,
        keepsBooks: true,
        masks: new Map([['up', mask]]),
        excludesParallel: true,
      });
      for (let i = 0; i < count; i++) expect(steps.next().done).toBe(false);
      steps.return(undefined as never);
      expect(tensors() - 1, `after ${count} nodes`).toBe(before);
    }
    mask.dispose();
    trace.dispose();
  });
});

test('a walk yields every node it passed, from the last to the first', async () => {
  const { weights, x } = drawn();
  const ids = await withWeights(allKinds, weights, (model) =>
    withTrace(model, x, { rules: ofComposite('gradientOnly') }, (trace) => {
      const steps = walkSteps(trace, { start: new Map([['end', trace.value('end')]]), note: () => null });
      const passed: string[] = [];
      for (;;) {
        const { done, value } = steps.next();
        if (done) {
          disposeWalk(value);
          return Promise.resolve(passed);
        }
        passed.push(value);
      }
    }),
  );
  expect(ids).toEqual(allKinds.nodes.map(({ id }) => id).reverse());
});

test('a trace until a node runs no further, and a wrong input is refused without a trace', async () => {
  await onAllKinds(async (model, input) => {
    const before = tensors();
    const trace = traceOf(model, input, { rules: ofComposite('epsilonPlus'), until: 'skip' });
    expect(trace.samples).toBe(1);
    const walked = walk(trace, { start: new Map([['skip', trace.value('skip')]]) });
    expect([...walked.relevance.keys()]).toEqual(['skip', 'leaky', 'depthwise', 'relu', 'folded', 'conv', 'input']);
    disposeWalk(walked);
    expect(trace.value('norm')).toBeUndefined();
    trace.dispose();
    const wrong = tf.zeros([1, 6, 5, 3]);
    expect(messageOf(() => traceOf(model, wrong, { rules: ofComposite('epsilonPlus') }))).toBe(
      'wrong input shape: [1, 6, 5, 3]; expected [batch, 6, 5, 2] (6 × 5 × 2)',
    );
    wrong.dispose();
    expect(tensors()).toBe(before);
  });
});
