import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startEngine } from '#kernels';

beforeAll(async () => expect(await startEngine({ tier: 'wasm' })).toMatchObject({ tier: 'wasm' }));

/** By definition: entry i along a reversed axis is entry length − 1 − i. */
function reversed(values: readonly number[], shape: readonly number[], axes: readonly number[]): number[] {
  return values.map((_, position) => {
    let rest = position;
    let from = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis]!;
      const index = rest % length;
      rest = Math.floor(rest / length);
      from += (axes.includes(axis) ? length - 1 - index : index) * stride;
      stride *= length;
    }
    return values[from]!;
  });
}

test.for([[0], [1], [3], [0, 1], [1, 2], [0, 3], [3, 1], [0, 1, 2, 3], []])('reverses along axes %s', async (axes) => {
  const shape = [2, 3, 4, 5];
  const values = Array.from({ length: 120 }, (_, i) => i - 60);
  for (const dtype of ['float32', 'int32'] as const) {
    const x = tf.tensor(values, shape, dtype);
    const y = tf.reverse(x, axes);
    expect([...(await y.data())]).toEqual(reversed(values, shape, axes));
    expect(y.dtype).toBe(dtype);
    tf.dispose([x, y]);
  }
});

test('a clone is a second name for the same memory, and outlives the first', async () => {
  const before = tf.memory();
  const x = tf.tensor([1, 2, 3]);
  const y = tf.clone(x);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers + 1);
  x.dispose();
  // Were the memory free, this would take its place.
  const other = tf.tensor([7, 8, 9]);
  expect([...(await y.data())]).toEqual([1, 2, 3]);
  tf.dispose([y, other]);
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
});
