import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  attributions,
  byComposite,
  CancelledError,
  composites,
  defineComposite,
  InputError,
  network,
  random,
  relevance,
  rules,
  startEngine,
  type Attribution,
  type Network,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { messageOfAsync } from '../message.ts';
import { explained, perPixel, sumOf, withSample } from './explained.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const plain = network(
  [6, 8, 2],
  [
    { kind: 'conv2d', filters: 3, id: 'c1' },
    { kind: 'batchNorm', id: 'norm' },
    { kind: 'activate', id: 'r1' },
    { kind: 'maxPool', id: 'pool' },
    { kind: 'conv2d', filters: 4, id: 'c2' },
    { kind: 'activate', id: 'r2' },
    { kind: 'flatten', id: 'flat' },
    { kind: 'dense', units: 3, id: 'end' },
  ],
);
const residual = network(
  [5, 5, 1],
  [
    { kind: 'conv2d', filters: 3, id: 'c1' },
    { kind: 'activate', id: 'r1' },
    { kind: 'conv2d', filters: 3, id: 'c2' },
    { kind: 'add', from: ['c2', 'r1'], id: 'sum' },
    { kind: 'activate', id: 'r2' },
    { kind: 'globalAvgPool', id: 'mean' },
    { kind: 'dense', units: 1, id: 'end' },
  ],
);
const features = network(
  [2],
  [
    { kind: 'dense', units: 5, id: 'hidden' },
    { kind: 'activate', id: 'r1' },
    { kind: 'dense', units: 2, id: 'end' },
  ],
);
const nets: readonly (readonly [name: string, net: Network, target: number])[] = [
  ['plain', plain, 2],
  ['residual', residual, 1],
  ['features', features, 0],
];

const inputOf = (net: Network, seed = 1) => {
  const source = random(seed, 'input');
  return Float32Array.from({ length: net.input.reduce((a, b) => a * b, 1) }, () => source.normal());
};

const onNets = [...attributions].flatMap((item) =>
  nets
    .filter(([name]) => name !== 'features' || !item.needsImages)
    .map(([name, net, target]) => [item.id, name, net, target] as const),
);

test.for(onNets)(
  '%s on the %s net: finite numbers of the right size, and no tensor stays',
  async ([id, , net, target]) => {
    const x = inputOf(net);
    await withSample({ net, x }, async (model, sample) => {
      const before = tf.memory().numTensors;
      const weights = await model.read();
      const done: number[] = [];
      const data = await attributions.get(id).explain(model, sample, target, {}, { onProgress: (d) => done.push(d) });
      expect(tf.memory().numTensors).toBe(before);
      expect(await model.read()).toEqual(weights);

      const [height, width, channels] = net.input.length === 3 ? net.input : [1, net.input[0]!, 1];
      expect(data).toMatchObject({ attribution: id, class: target, height, width, seed: 0, tier: 'cpu' });
      expect(data.map.length).toBe(height! * width!);
      expect([...data.map, data.sum, data.score].every(Number.isFinite)).toBe(true);
      expect(data.map.some((value) => value !== 0)).toBe(true);
      expect(data.sum).toBeCloseTo(sumOf(data.map), 4);
      if (data.perChannel) expect(relativeError(data.map, perPixel(data.perChannel, channels!))).toBeLessThan(1e-6);
      if (!data.signed) expect(Math.min(...data.map)).toBeGreaterThanOrEqual(0);
      expect(done.at(-1)).toBe(1);
      expect(done).toEqual([...done].sort((a, b) => a - b));
    });
  },
);

test('every item has its texts, and whole sentences where it says so', () => {
  for (const { title, summary, source, caveat } of attributions) {
    for (const text of [title, source]) expect(text).toMatch(/^\S(.*\S)?$/);
    for (const text of [summary, caveat]) expect(text).toMatch(/^\S.*\.$/);
  }
});

test('every composite is in the list, under its own id or as the gradient', () => {
  const missing = composites.ids().filter((id) => !attributions.has(id));
  expect(missing).toEqual(['gradientOnly']);
  expect(new Set(attributions.ids()).size).toBe([...attributions].length);
});

test.for(composites.ids().filter((id) => attributions.has(id)))(
  '%s as an attribution is what the relevance record shows, and takes its settings',
  async (id) => {
    const x = inputOf(plain);
    const { data: record } = await withSample({ net: plain, x }, (model, sample) =>
      relevance.measure(model, sample, { class: 1, composite: id }),
    );
    const data = await explained(id, { net: plain, x, class: 1 });
    expect(relativeError(data.map, record.map)).toBeLessThan(2e-5);
    expect(data.probability).toBeCloseTo(record.probability, 6);
    expect(data.options).toEqual(
      Object.fromEntries(Object.entries(composites.get(id).options).map(([k, o]) => [k, o.default])),
    );
  },
);

test('a composite of one’s own becomes an attribution', async () => {
  const own = defineComposite({
    id: 'flatOnly',
    title: 'Flat',
    summary: 'Flat everywhere.',
    source: 'this test',
    options: {},
    start: 'logit',
    rows: () => [
      [({ node }) => node.layer.role === 'linear', rules.flat()],
      [() => true, rules.pass()],
    ],
  });
  const mine = attributions.with(byComposite(own) as Attribution);
  const data = await withSample({ net: features, x: [1, 2] }, (model, x) => mine.get('flatOnly').explain(model, x, 0));
  expect(data.attribution).toBe('flatOnly');
  // Flat knows no difference between inputs: each gets half of the logit.
  expect([...data.map]).toEqual([expect.closeTo(data.score / 2, 5), expect.closeTo(data.score / 2, 5)]);
  expect(data.details).toEqual({ start: 'logit', notFolded: [] });
});

const ask = (id: string, net: Network, x: ArrayLike<number>, target: number, options: object = {}) =>
  messageOfAsync(() => explained(id, { net, x, class: target }, options));

test('what does not fit is refused with the way out', async () => {
  const x = inputOf(plain);
  expect(await ask('gradient', plain, x, 3)).toBe('unknown class: 3; the net answers classes 0 to 2');
  expect(await ask('gradient', residual, inputOf(residual), 0)).toBe('unknown class: 0; only class 1 has a logit');
  expect(await ask('gradient', plain, x, 0, { steps: 3 })).toBe('unknown option in gradient: "steps"; known: channels');
  expect(await ask('integratedGradients', plain, x, 0, { rule: 'left' })).toBe(
    'bad rule in integratedGradients: "left"; use "midpoint" or "right" or "gaussLegendre"',
  );
  expect(await ask('smoothGrad', plain, x, 0, { count: 0 })).toBe(
    'bad count in smoothGrad: 0; use a whole number from 1 to 1000',
  );
  expect(await ask('occlusion', plain, x, 0, { window: 2, stride: [1, 3] })).toBe(
    'stride larger than the window: 1 × 3; use at most 2 × 2',
  );
  expect(await ask('gradCam', features, [1, 2], 0)).toBe(
    'Grad-CAM needs images: the input is 2; use gradient or occlusion',
  );
  expect(await ask('guidedGradCam', features, [1, 2], 0)).toBe(
    'Guided Grad-CAM needs images: the input is 2; use gradient or occlusion',
  );
  for (const id of ['occlusion', 'integratedGradients']) {
    expect(await ask(id, features, [1, 2], 0, { baseline: 'blur' })).toBe(
      'no blur for rows of features: 2; use "zero" or "mean" as baseline',
    );
  }
  const image = network([2, 2, 1], [{ kind: 'conv2d', filters: 2 }]);
  expect(await ask('gradient', image, [1, 2, 3, 4], 0)).toBe(
    'relevance starts at a logit: the net ends with 2 × 2 × 2; end it with flatten or globalAvgPool and a dense layer',
  );
});

test('two samples at once are refused, and so are numbers that are not finite, by the node they come from', async () => {
  await withSample({ net: features, x: [1, 2] }, async (model, x) => {
    const item = attributions.get('smoothGrad');
    const before = tf.memory().numTensors;
    const two = tf.zeros([2, 2]);
    expect(await messageOfAsync(() => item.explain(model, two, 0))).toBe(
      'wrong input shape: [2, 2]; use one sample as [1, 2]',
    );
    two.dispose();
    const odd = tf.tensor2d([[1, Infinity]]);
    const wrong = item.explain(model, odd, 0);
    await expect(wrong).rejects.toThrow(InputError);
    expect(await messageOfAsync(() => wrong)).toBe('not a finite number: the input holds Infinity; use another sample');
    odd.dispose();

    const weights = await model.read();
    weights['hidden/bias']![3] = NaN;
    model.write(weights);
    expect(await messageOfAsync(() => item.explain(model, x, 0))).toBe(
      'not a finite number: the value of "hidden" holds NaN at 3; the run has diverged',
    );
    // Where the class has a gradient all the same, too.
    weights['hidden/bias']![3] = 0;
    weights['end/bias']![1] = NaN;
    model.write(weights);
    expect(await messageOfAsync(() => attributions.get('gradient').explain(model, x, 0))).toBe(
      'not a finite number: the value of "end" holds NaN at 1; the run has diverged',
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('a map that is not finite though every value is, is refused', async () => {
  const net = network(
    [1],
    [
      { kind: 'dense', units: 1, bias: false, id: 'a' },
      { kind: 'dense', units: 1, bias: false, id: 'end' },
    ],
  );
  const weights = { 'a/kernel': Float32Array.of(1e30), 'end/kernel': Float32Array.of(1e30) };
  expect(await messageOfAsync(() => explained('gradient', { net, weights, x: [0], class: 1 }))).toBe(
    'not a finite number: the map holds Infinity at 0; the run has diverged',
  );
});

test.for([...attributions].map(({ id }) => id))('%s stops when it is cancelled, and nothing stays', async (id) => {
  await withSample({ net: plain, x: inputOf(plain) }, async (model, x) => {
    const before = tf.memory().numTensors;
    const early = attributions.get(id).explain(model, x, 0, {}, { signal: AbortSignal.abort() });
    await expect(early).rejects.toThrow(CancelledError);
    // The message that cancels is a task of its own and arrives while the method works.
    const controller = new AbortController();
    const late = attributions.get(id).explain(model, x, 0, {}, { signal: controller.signal });
    controller.abort();
    expect(await messageOfAsync(() => late)).toBe(`cancelled: ${attributions.get(id).title}`);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test.for([
  ['smoothGrad', { count: 1000 }],
  ['integratedGradients', { steps: 1000 }],
  ['occlusion', { window: 1, stride: 1 }],
] as const)('%s hears a cancel between its chunks', async ([id, options]) => {
  await withSample({ net: plain, x: inputOf(plain) }, async (model, x) => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const done: number[] = [];
    const running = attributions.get(id).explain(model, x, 0, options, {
      signal: controller.signal,
      onProgress(share) {
        done.push(share);
        if (done.length === 1) setTimeout(() => controller.abort(), 0);
      },
    });
    await expect(running).rejects.toThrow(CancelledError);
    expect(done.at(-1)).toBeLessThan(0.9);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('training that goes on meanwhile changes nothing', async () => {
  const net = features;
  const x = [0.5, -1.5];
  const expected = await explained('integratedGradients', { net, x });
  const found = await withSample({ net, x }, async (model, sample) => {
    const running = attributions.get('integratedGradients').explain(model, sample, 0);
    const weights = await model.read();
    model.write(Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, w.map((v) => 3 * v + 1)])));
    return running;
  });
  expect(found).toEqual(expected);
});
