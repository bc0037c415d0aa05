import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  activations,
  build,
  CancelledError,
  defineActivation,
  inputOptimizations,
  InputError,
  network,
  parseData,
  startEngine,
  stringifyData,
  vocabulary,
  type OptimizationProgress,
  type OptimizationTarget,
  type OptionTable,
} from '#src';
import { messageOfAsync } from '../message.ts';
import { COLUMNS, linearModel, smallConvModel } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const activationMaximization = inputOptimizations.get('activationMaximization');
const FITTING: Readonly<Record<string, OptimizationTarget>> = {
  logit: { kind: 'logit', class: 1 },
  channel: { kind: 'channel', node: 'last', channel: 0 },
  node: { kind: 'node', node: 'last' },
  label: { kind: 'label', class: 1 },
};

const cases = [...inputOptimizations].flatMap((method) => method.targets.map((kind) => ({ method, kind })));

test.for(cases)(
  '$method.id for a $kind: what comes back is plain, complete and consistent',
  async ({ method, kind }) => {
    const model = smallConvModel(4, 4);
    const x = tf.fill([1, 4, 4, 2], 0.5);
    const progress: OptimizationProgress[] = [];
    const before = tf.memory().numTensors;
    const onProgress = (now: OptimizationProgress) => void progress.push(now);
    const run = await method.run(model, x, FITTING[kind]!, {}, { seed: 4, onProgress });
    expect(tf.memory().numTensors).toBe(before);
    expect(run).toMatchObject({ method: method.id, target: FITTING[kind], seed: 4, tier: 'cpu', shape: [4, 4, 2] });
    expect(Object.keys(run.options)).toEqual(Object.keys(method.options));

    const steps = run.trace.length - 1;
    expect(run.gradientSizes.length).toBe(steps);
    expect([run.before.length, run.after.length, run.logitsBefore.length, run.logitsAfter.length]).toEqual([
      32, 32, 3, 3,
    ]);
    expect(progress).toEqual(Array.from(run.trace, (value, step) => ({ step, steps, value })));
    expect(run.frames.length).toBeLessThanOrEqual(8);
    const shown = run.frames.map(({ step }) => step);
    expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
    expect([shown[0], shown.at(-1)]).toEqual([0, steps]);
    expect(run.frames[0]!.image).toEqual(run.before);
    expect(run.frames.at(-1)!.image).toEqual(run.after);
    expect(parseData(stringifyData(run))).toEqual(run);
    // A second run is the same run.
    expect(await method.run(model, x, FITTING[kind]!, run.options, { seed: 4 })).toEqual(run);
    x.dispose();
    model.dispose();
  },
);

test.for([...inputOptimizations])('$id: sliders follow from its options', ({ options }) => {
  for (const option of Object.values(options as OptionTable)) {
    expect(option.summary).toMatch(/^\S.*\S$/);
    expect(option.parse(option.default)).toBe(option.default);
    if (typeof option.default === 'number') {
      const { min, max } = option as { min: number; max: number };
      expect([min, max].map((bound) => option.parse(bound))).toEqual([min, max]);
      expect([min - 1, max + 1].map((bound) => option.parse(bound))).toEqual([undefined, undefined]);
      expect(option.parse((min + max) / 2 + 0.25) === undefined).toBe(option.step === 1);
    } else if (typeof option.default === 'string') {
      expect(option.choices).toContain(option.default);
      for (const one of option.choices!) expect(option.parse(one)).toBe(one);
    } else {
      expect(typeof option.default).toBe('boolean');
    }
  }
});

test('a run of many steps shows eight images, evenly spaced', async () => {
  const model = linearModel(COLUMNS);
  const x = tf.zeros([1, 4]);
  const { frames } = await activationMaximization.run(model, x, { kind: 'logit', class: 0 }, { steps: 70 });
  expect(frames.map(({ step }) => step)).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  x.dispose();
  model.dispose();
});

test('nodes behind the target are computed for the logits alone', async () => {
  let calls = 0;
  const counted = defineActivation({
    id: 'counted',
    title: 'Counted',
    arity: 1,
    formula: 'x',
    source: 'this test',
    scalar: ([x]) => x!,
    apply: ([x]) => {
      calls += 1;
      return tf.clone(x!);
    },
  });
  const nodes = [
    { kind: 'dense', units: 3, id: 'seen' },
    { kind: 'activate', fn: 'counted' },
    { kind: 'dense', units: 2 },
  ];
  const model = build(network([4], nodes, { ...vocabulary, activations: activations.with(counted) }));
  const x = tf.zeros([1, 4]);
  await activationMaximization.run(model, x, { kind: 'channel', node: 'seen', channel: 1 }, { steps: 5 });
  expect(calls).toBe(2);
  await activationMaximization.run(model, x, { kind: 'logit', class: 1 }, { steps: 5 });
  // A gradient computes the function again.
  expect(calls).toBe(2 + 5 * 2 + 1 + 2);
  x.dispose();
  model.dispose();
});

test.for([...inputOptimizations])('$id: cancelled midway it leaves no tensor behind', async (method) => {
  const model = smallConvModel(4, 4);
  const x = tf.fill([1, 4, 4, 2], 0.5);
  const target = FITTING[method.targets[0]!]!;
  const before = tf.memory().numTensors;
  for (const after of [0, 1]) {
    const cancel = new AbortController();
    const onProgress = ({ step }: OptimizationProgress) => {
      if (step === after) cancel.abort();
    };
    const run = method.run(model, x, target, {}, { signal: cancel.signal, onProgress });
    await expect(run).rejects.toEqual(new CancelledError(method.title));
    expect(tf.memory().numTensors).toBe(before);
  }
  const aborted = method.run(model, x, target, {}, { signal: AbortSignal.abort() });
  await expect(aborted).rejects.toThrow(CancelledError);
  const failed = method.run(model, x, target, {}, { onProgress: () => Promise.reject(new Error('the page is gone')) });
  expect(await messageOfAsync(() => failed)).toBe('the page is gone');
  expect(tf.memory().numTensors).toBe(before);
  x.dispose();
  model.dispose();
});

test('other work goes on between the steps, and may cancel them', async () => {
  const model = linearModel(COLUMNS);
  const x = tf.zeros([1, 4]);
  const cancel = new AbortController();
  setTimeout(() => cancel.abort());
  const options = { steps: 500 };
  const run = activationMaximization.run(model, x, { kind: 'logit', class: 0 }, options, { signal: cancel.signal });
  expect(await messageOfAsync(() => run)).toBe('cancelled: Activation maximisation');
  x.dispose();
  model.dispose();
});

const errors: readonly (readonly [method: string, target: OptimizationTarget, options: object, message: string])[] = [
  ['fgsm', { kind: 'label', class: 3 }, {}, 'unknown class: 3; the net answers classes 0 to 2'],
  ['pgd', { kind: 'label', class: 0.5 }, {}, 'unknown class: 0.5; the net answers classes 0 to 2'],
  ['activationMaximization', { kind: 'logit', class: -1 }, {}, 'unknown class: -1; the net answers classes 0 to 2'],
  [
    'activationMaximization',
    { kind: 'channel', node: 'conv9', channel: 0 },
    {},
    'unknown node: "conv9"; nodes: conv2d1, activate1, last, globalAvgPool1, dense1',
  ],
  [
    'activationMaximization',
    { kind: 'channel', node: 'last', channel: 2 },
    {},
    'unknown channel: 2 of "last"; it has channels 0 to 1',
  ],
  [
    'deepDream',
    { kind: 'node', node: 'input' },
    {},
    'unknown node: "input"; nodes: conv2d1, activate1, last, globalAvgPool1, dense1',
  ],
  ['deepDream', { kind: 'logit', class: 1 }, {}, 'wrong target for deepDream: "logit"; use "node"'],
  [
    'activationMaximization',
    { kind: 'label', class: 1 },
    {},
    'wrong target for activationMaximization: "label"; use "logit" or "channel"',
  ],
  ['fgsm', FITTING.label!, { step: 1 }, 'unknown option in fgsm: "step"; known: epsilon, targeted, low, high'],
  ['pgd', FITTING.label!, { norm: 'l1' }, 'bad norm in pgd: "l1"; use "linf" or "l2"'],
  ['pgd', FITTING.label!, { steps: 0 }, 'bad steps in pgd: 0; use a whole number from 1 to 500'],
  ['fgsm', FITTING.label!, { epsilon: NaN }, 'bad epsilon in fgsm: NaN; use a number from 0 to 1'],
  ['fgsm', FITTING.label!, { low: 1 }, 'bad range in fgsm: low 1, high 1; use a low below the high'],
  [
    'fgsm',
    FITTING.label!,
    { high: 0.25 },
    'start outside the range: 0.5; set low and high, now 0 and 0.25, so that they hold the image',
  ],
];

test.for(errors)('%s for %o with %o: %s', async ([method, target, options, message]) => {
  const model = smallConvModel(4, 4);
  const x = tf.fill([1, 4, 4, 2], 0.5);
  const act = () => inputOptimizations.get(method).run(model, x, target, options);
  expect(await messageOfAsync(act)).toBe(message);
  await expect(act()).rejects.toThrow(InputError);
  x.dispose();
  model.dispose();
});

test('an input of another shape is refused, also a batch', async () => {
  const model = smallConvModel(4, 4);
  for (const shape of [
    [2, 4, 4, 2],
    [1, 5, 4, 2],
    [4, 4, 2],
  ]) {
    const x = tf.zeros(shape);
    expect(await messageOfAsync(() => activationMaximization.run(model, x, FITTING.logit!))).toBe(
      `wrong input shape: [${shape.join(', ')}]; use one sample as [1, 4, 4, 2]`,
    );
    x.dispose();
  }
  model.dispose();
});

test('nets without logits, with one logit, or with a fixed size say what they cannot do', async () => {
  const image = build(network([4, 4, 1], [{ kind: 'conv2d', filters: 2 }]));
  const x = tf.zeros([1, 4, 4, 1]);
  expect(await messageOfAsync(() => inputOptimizations.get('fgsm').run(image, x, { kind: 'label', class: 0 }))).toBe(
    'no logits: the net ends with 4 × 4 × 2; end it with flatten or globalAvgPool and a dense layer',
  );
  const dream = inputOptimizations.get('deepDream');
  expect((await dream.run(image, x, { kind: 'node', node: 'conv2d1' }, { steps: 1 })).logitsAfter.length).toBe(32);
  const flat = build(network([4, 4, 1], [{ kind: 'flatten' }, { kind: 'dense', units: 2 }]));
  expect(await messageOfAsync(() => dream.run(flat, x, { kind: 'node', node: 'dense1' }, { octaves: 2 }))).toBe(
    'octave too small: "dense1" cannot be computed on 3 × 3 pixels; use fewer octaves, or a node before flatten',
  );
  const valid = build(network([4, 4, 1], [{ kind: 'conv2d', filters: 2, size: 3, padding: 'valid' }]));
  expect(await messageOfAsync(() => dream.run(valid, x, { kind: 'node', node: 'conv2d1' }, { octaves: 3 }))).toBe(
    'octave too small: "conv2d1" cannot be computed on 2 × 2 pixels; use fewer octaves, or a node before flatten',
  );
  const numbers = linearModel([[1, 2]]);
  const two = tf.zeros([1, 2]);
  expect(await messageOfAsync(() => dream.run(numbers, two, { kind: 'node', node: 'dense1' }, { octaves: 2 }))).toBe(
    'octaves need an image: the net reads 2 numbers; set octaves to 1',
  );
  expect(await messageOfAsync(() => activationMaximization.run(numbers, two, { kind: 'logit', class: 0 }))).toBe(
    'unknown class: 0; only class 1 has a logit',
  );
  tf.dispose([x, two]);
  for (const model of [image, flat, valid, numbers]) model.dispose();
});

test('numbers that are not finite name where they came from', async () => {
  const model = build(network([2], [{ kind: 'dense', units: 2 }]));
  const run = (values: number[], options: object) => {
    const x = tf.tensor2d([values]);
    return activationMaximization
      .run(model, x, { kind: 'logit', class: 0 }, { start: 'image', low: -1e3, high: 1e3, ...options })
      .finally(() => x.dispose());
  };
  const grown = { normalize: 'none', stepSize: 1, steps: 3 };
  model.write({ 'dense1/kernel': Float32Array.of(1e37, 0, -1e37, 0), 'dense1/bias': Float32Array.of(0, 0) });
  expect(await messageOfAsync(() => run([0, 0], grown))).toBe(
    'diverged: the target is Infinity after 1 step; use a smaller step or a narrower range',
  );
  expect(await messageOfAsync(() => run([0, NaN], {}))).toBe(
    'not a finite number: the start holds NaN; use another image',
  );
  model.write({ 'dense1/kernel': Float32Array.of(1, 0, NaN, 0), 'dense1/bias': Float32Array.of(0, 0) });
  expect(await messageOfAsync(() => run([1, 1], {}))).toBe(
    'not a finite number: the target is NaN at the start; check the weights and the image',
  );
  model.write({ 'dense1/kernel': Float32Array.of(1, 3e38, 1, 3e38), 'dense1/bias': Float32Array.of(0, 0) });
  expect(await messageOfAsync(() => run([0, 0], { stepSize: 5, steps: 2 }))).toBe(
    'diverged: a logit is Infinity after 2 steps; use a smaller step or a narrower range',
  );
  model.dispose();

  const steep = build(network([1], [{ kind: 'dense' }, { kind: 'dense' }]));
  const [huge, none] = [Float32Array.of(1e30), Float32Array.of(0)];
  steep.write({ 'dense1/kernel': huge, 'dense1/bias': none, 'dense2/kernel': huge, 'dense2/bias': none });
  const x = tf.zeros([1, 1]);
  expect(await messageOfAsync(() => activationMaximization.run(steep, x, { kind: 'logit', class: 1 }))).toBe(
    'not a finite number: the gradient is Infinity at the start; check the weights and the image',
  );
  x.dispose();
  steep.dispose();
});
