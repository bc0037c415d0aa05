import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { losses, random, startEngine, type Loss } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** Float32 roundings of an exponential, a logarithm and a mean of ten terms. */
const TOLERANCE = 1e-6;
const BATCH = 10;

/** Logits of a few sizes and their labels. Binary losses have one output, others three. */
function sample(loss: Loss, scale: number) {
  const outputs = loss.outputs(3);
  const source = random(4, loss.id);
  const logits = Float64Array.from({ length: BATCH * outputs }, () => Math.fround(scale * source.normal()));
  const labels = Array.from({ length: BATCH }, () => source.integer(outputs === 1 ? 2 : outputs));
  return { outputs, logits, labels };
}

const rowsOf = (logits: Float64Array, outputs: number) =>
  Array.from({ length: logits.length / outputs }, (_, n) => [...logits.slice(n * outputs, (n + 1) * outputs)]);

async function valueAndSlope(loss: Loss, logits: Float64Array, labels: readonly number[], outputs: number) {
  const x = tf.tensor2d(Float32Array.from(logits), [labels.length, outputs]);
  const y = tf.tensor1d([...labels], 'int32');
  const { value, grad } = tf.valueAndGrad((z: tf.Tensor) => loss.apply(z, y))(x);
  const read = [(await value.data())[0]!, await grad.data()] as const;
  tf.dispose([x, y, value, grad]);
  return read;
}

test.for([...losses])(
  '$id: the tensor form is the mean of the scalar form, and its slope the finite difference',
  async (loss) => {
    for (const scale of [0.1, 2, 8]) {
      const { outputs, logits, labels } = sample(loss, scale);
      const mean = () =>
        rowsOf(logits, outputs).reduce((sum, row, n) => sum + loss.scalar(row, labels[n]!), 0) / labels.length;
      const [value, slope] = await valueAndSlope(loss, logits, labels, outputs);
      expect(relativeError([value], [mean()])).toBeLessThan(TOLERANCE);
      expect(relativeError(slope, finiteDifferences(logits, mean))).toBeLessThan(TOLERANCE);
    }
  },
);

test.for([...losses])('$id: logits of ±80 give finite losses and slopes, equal to float64', async (loss) => {
  const outputs = loss.outputs(3);
  for (const signs of [
    [1, -1, -1],
    [-1, 1, 1],
    [-1, -1, -1],
    [1, 1, 1],
  ]) {
    const row = Float64Array.from({ length: outputs }, (_, k) => 80 * signs[k]!);
    for (const label of [0, 1]) {
      const [value, slope] = await valueAndSlope(loss, row, [label], outputs);
      const expected = loss.scalar([...row], label);
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(TOLERANCE * Math.max(1, expected));
      const wanted = finiteDifferences(row, () => loss.scalar([...row], label));
      // Differences of a loss of size 6400 over 2e-5 keep eight digits.
      slope.forEach((g, k) => expect(Math.abs(g - wanted[k]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted[k]!))));
    }
  }
});

/** Reference values worked out by hand. */
const known: readonly (readonly [id: string, logits: number[], label: number, value: number])[] = [
  ['softmaxCrossEntropy', [0, 0, 0, 0], 2, Math.log(4)],
  ['softmaxCrossEntropy', [Math.log(3), 0], 0, Math.log(4 / 3)],
  ['mse', [1, 2, 3], 0, (0 + 4 + 9) / 3],
  ['mse', [0.25], 1, 0.5625],
  ['binaryCrossEntropy', [0], 1, Math.LN2],
  ['binaryCrossEntropy', [Math.log(3)], 0, Math.log(4)],
];

test.for(known)('%s of %o with label %i is %f', ([id, logits, label, value]) => {
  expect(Math.abs(losses.get(id).scalar(logits, label) - value)).toBeLessThan(1e-14);
});

const answers: readonly (readonly [id: string, rows: number[][], classes: number[]])[] = [
  [
    'softmaxCrossEntropy',
    [
      [1, 3, 2],
      [-1, -2, -3],
      [0, 0, 1],
    ],
    [1, 0, 2],
  ],
  [
    'mse',
    [
      [1, 3, 2],
      [-1, -2, -3],
      [0, 0, 1],
    ],
    [1, 0, 2],
  ],
  ['mse', [[0.4], [0.6], [-3]], [0, 1, 0]],
  ['binaryCrossEntropy', [[0.1], [-0.1], [0]], [1, 0, 0]],
];

test.for(answers)('%s answers the most likely class', ([id, rows, classes]) => {
  expect(rows.map((logits) => losses.get(id).answer(logits))).toEqual(classes);
});

test('losses ask for the outputs that their classes need', () => {
  const wanted = (id: string) => [2, 3, 10].map((classes) => losses.get(id).outputs(classes));
  expect(wanted('softmaxCrossEntropy')).toEqual([2, 3, 10]);
  expect(wanted('mse')).toEqual([1, 3, 10]);
  expect(wanted('binaryCrossEntropy')).toEqual([1, 1, 1]);
});
