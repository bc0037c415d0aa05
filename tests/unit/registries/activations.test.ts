import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  activations,
  build,
  forward,
  network,
  networkFromJSON,
  networkToJSON,
  outputOf,
  random,
  startEngine,
  startOf,
  type Activation,
} from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** tfjs' erf is the formula 7.1.26 of Abramowitz and Stegun, |error| ≤ 1.5e-7; all others are float32 roundings. */
const VALUE_TOLERANCE = 1e-6;
/** The same, for slopes: a float32 rounding in each of the few factors of a derivative. */
const SLOPE_TOLERANCE = 2e-6;
/** Nearer to a kink than this, a central difference would straddle it. */
const NEAR = 1e-3;

/** Rows of inputs from −50 to 50: dense where functions bend, sparse outside; gates get unrelated neighbours. */
function grid({ arity }: Activation): number[][] {
  const source = random(11, 'grid');
  const points = [-50, -30, -20, -12, 12, 20, 30, 50, ...Array.from({ length: 81 }, (_, i) => (i - 40) / 5 + 0.013)];
  return points.map((x) => [x, ...Array.from({ length: arity - 1 }, () => 8 * source.normal())]);
}

const round = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map(Math.fround));

/** True where the function may have a kink: its own, and for gates the axes and the diagonals. */
function isNearKink({ kinks, arity }: Activation, row: readonly number[]): boolean {
  const places = arity > 1 ? [0, ...kinks] : kinks;
  const nearOwn = row.some((x) => places.some((kink) => Math.abs(x - kink) < NEAR));
  return nearOwn || row.some((x, i) => row.slice(0, i).some((y) => Math.abs(Math.abs(x) - Math.abs(y)) < NEAR));
}

const columns = (rows: readonly (readonly number[])[], k: number) => tf.tensor1d(rows.map((row) => row[k]!));
const startTensors = (settings: Record<string, number>) =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, tf.tensor1d([value])]));

async function read(make: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(make);
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return values;
}

/** Settings away from their start, so that a formula that ignores one is found. */
const moved = (activation: Activation) =>
  Object.fromEntries(Object.entries(startOf(activation)).map(([key, v]) => [key, Math.fround(v * 0.7 + 0.15)]));

test.for([...activations])('$id: the tensor form is the scalar form from −50 to 50', async (activation) => {
  const rows = round(grid(activation));
  for (const settings of [startOf(activation), moved(activation)]) {
    const inputs = (k: number) => columns(rows, k);
    const found = await read(() =>
      activation.apply(
        Array.from({ length: activation.arity }, (_, k) => inputs(k)),
        startTensors(settings),
      ),
    );
    rows.forEach((row, i) => {
      const expected = activation.scalar(row, settings);
      expect(Number.isFinite(found[i]), `${activation.id}(${row})`).toBe(true);
      expect(Math.abs(found[i]! - expected) / Math.max(1, Math.abs(expected)), `${activation.id}(${row})`).toBeLessThan(
        VALUE_TOLERANCE,
      );
    });
  }
});

test.for([...activations])('$id: the slope along every input is the finite difference', async (activation) => {
  const rows = round(grid(activation));
  const settings = moved(activation);
  for (let k = 0; k < activation.arity; k++) {
    const found = await read(() => {
      const xs = Array.from({ length: activation.arity }, (_, j) => columns(rows, j));
      return tf.grads((...inputs: tf.Tensor[]) => activation.apply(inputs, startTensors(settings)))(xs)[k]!;
    });
    rows.forEach((row, i) => {
      expect(Number.isFinite(found[i]), `slope of ${activation.id}(${row})`).toBe(true);
      if (isNearKink(activation, row)) return;
      const at = Float64Array.from(row);
      const expected = finiteDifferences(at, () => activation.scalar([...at], settings))[k]!;
      const error = Math.abs(found[i]! - expected) / Math.max(1, Math.abs(expected));
      expect(error, `slope of ${activation.id}(${row})`).toBeLessThan(SLOPE_TOLERANCE);
    });
  }
});

const shaped = [...activations].filter(({ params }) => Object.keys(params).length > 0);

test.for(shaped)('$id: the slope along every shape parameter is the finite difference', async (activation) => {
  // Sums over x are compared, since one parameter serves every x; |x| ≤ 8 keeps the largest terms from hiding the rest.
  const rows = round(grid(activation)).filter((row) => Math.abs(row[0]!) < 9);
  const settings = moved(activation);
  const keys = Object.keys(settings);
  for (const [k, key] of keys.entries()) {
    const found = await read(() => {
      const xs = Array.from({ length: activation.arity }, (_, j) => columns(rows, j));
      const f = (p: tf.Tensor) => activation.apply(xs, { ...startTensors(settings), [key]: p });
      return tf.grad(f)(tf.tensor1d([settings[key]!]));
    });
    const at = Float64Array.from(Object.values(settings));
    const sum = () => {
      const now = Object.fromEntries(keys.map((name, i) => [name, at[i]!]));
      return rows.reduce((total, row) => total + activation.scalar(row, now), 0);
    };
    // A sum of 80 terms up to 8 in float32.
    expect(relativeError([...found], [finiteDifferences(at, sum)[k]!]), key).toBeLessThan(1e-4);
  }
});

const kinked = [...activations].filter(({ kinks }) => kinks.length > 0);

test.for(kinked)('$id: at a kink the slope is the one from the left', async (activation) => {
  const settings = moved(activation);
  for (const kink of activation.kinks) {
    const f = (x: tf.Tensor) => activation.apply([x], startTensors(settings));
    const [found] = await read(() => tf.grad(f)(tf.tensor1d([kink])));
    const h = 1e-7;
    const left = (activation.scalar([kink], settings) - activation.scalar([kink - h], settings)) / h;
    const right = (activation.scalar([kink + h], settings) - activation.scalar([kink], settings)) / h;
    expect(Math.abs(left - right)).toBeGreaterThan(0.01);
    // One-sided differences are right to h.
    expect(Math.abs(found! - left)).toBeLessThan(1e-6);
  }
});

test.for([...activations])(
  '$id: a net that uses it is the same after saving and loading',
  async ({ id, arity, params }) => {
    const start = Object.fromEntries(Object.entries(params).map(([key, param]) => [key, param.start + 0.125]));
    const net = network(
      [3],
      [
        { kind: 'dense', units: 2 * arity },
        { kind: 'activate', fn: id, parameters: 'channel', start },
      ],
    );
    const model = build(net, { seed: 4 });
    const loaded = build(networkFromJSON(JSON.stringify(networkToJSON(net))), { seed: 9 });
    loaded.write(await model.read());
    const answer = (m: typeof model) => read(() => outputOf(m, forward(m, tf.tensor2d([[1, -2, 0.5]]))));
    const [before, after] = [await answer(model), await answer(loaded)];
    expect(after).toEqual(before);
    expect(before.length).toBe(2);
    for (const [key, value] of Object.entries(start)) {
      expect((await model.read())[`activate1/${key}`]).toEqual(new Float32Array(2).fill(value));
      expect(model.specs.get(`activate1/${key}`)!.trainable).toBe(params[key]!.trained);
    }
    model.dispose();
    loaded.dispose();
  },
);

/** Values worked out apart from this program, so that a constant shared by both forms is seen. */
const known: readonly (readonly [id: string, x: readonly number[], y: number])[] = [
  ['relu', [-1], 0],
  ['relu', [2], 2],
  ['leakyRelu', [-2], -0.02],
  ['prelu', [-2], -0.5],
  ['elu', [-1], -0.6321205588285577],
  ['selu', [1], 1.0507009873554805],
  ['selu', [-1], -1.1113307378125625],
  ['gelu', [1], 0.8413447460685429],
  ['gelu', [-3], -0.00404969409489],
  ['swish', [1], 0.7310585786300049],
  ['tanh', [0.5], 0.462117157260009],
  ['sigmoid', [-1], 0.2689414213699951],
  ['softplus', [0], 0.6931471805599453],
  ['softplus', [1], 1.3132616875182228],
  ['ada', [2], 0.2706705664732254],
  ['ada', [-2], 0],
  ['andAIL', [-1, -2], -3],
  ['andAIL', [1, 2], 1],
  ['andAIL', [-1, 2], -1],
  ['andAIL', [3, -0.5], -0.5],
];

test.for(known)('%s of %o is %f', ([id, x, y]) => {
  const activation = activations.get(id);
  expect(Math.abs(activation.scalar(x, startOf(activation)) - y)).toBeLessThan(1e-14);
});

test('every activation has a known value', () => {
  expect(new Set(known.map(([id]) => id))).toEqual(new Set(activations.ids()));
});
