import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  applyElementwise,
  applyTensors,
  elementwise,
  evaluateExpression,
  parseExpression,
  startEngine,
} from '#kernels';
import { stream } from '../../support/kernelCases.ts';
import { misses } from '../../support/streamOracle.ts';
import { messageOf } from '../message.ts';

/** Float32, and the polynomial that tfjs uses for erf (1.5e-7), in a handful of operations on numbers below 4. */
const ERROR = 3e-6;
const STEP = 1e-5;

const formulas = [
  ...['x + a', 'x - a', 'x * a', 'x / a', '-x', 'x^3 + x^-2', 'a^0.3', 'min(x, a)', 'max(a, x)', 'abs(x) + sign(x)'],
  ...['relu(x)', 'exp(x) + expm1(x)', 'log(a) + log1p(a)', 'sqrt(a) + square(x)', 'sin(x) * cos(a * x)', 'tanh(a * x)'],
  ...['x * sigmoid(a * x)', 'softplus(a * x) / a', '0.5 * x * (1 + erf(x * sqrt(0.5)))', 'x * tanh(softplus(x))'],
  ...['if(x < a, x, a * a)', 'if(x <= 0, x * a, x)', 'if(x == a, 1, x)', 'max(0, x) * exp(1 - a * relu(x))'],
];

describe.for(['cpu', 'wasm'] as const)('on %s', (tier) => {
  let tensorsBefore = 0;
  beforeAll(async () => {
    expect(await startEngine({ tier })).toMatchObject({ tier });
    tensorsBefore = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

  const { uniform } = stream(4);
  const [rows, channels] = [7, 3];
  const x = Array.from({ length: rows * channels }, () => Math.fround(8 * uniform() - 4));
  const dy = Array.from({ length: rows * channels }, () => Math.fround(2 * uniform() - 1));
  const a = Array.from({ length: channels }, () => Math.fround(0.2 + uniform()));
  const tensors = () => [tf.tensor2d(x, [rows, channels]), tf.tensor1d(a), tf.tensor2d(dy, [rows, channels])] as const;

  test.for(formulas)('%s has its value and its gradients, summed where an input was spread', async (formula) => {
    const expression = parseExpression(formula, { names: ['x', 'a'] });
    const at = (place: number, shiftX = 0, shiftA = 0) =>
      evaluateExpression(expression, { x: x[place]! + shiftX, a: a[place % channels]! + shiftA });
    const wanted = [
      x.map((_, place) => at(place)),
      x.map((_, place) => (dy[place]! * (at(place, STEP) - at(place, -STEP))) / (2 * STEP)),
      a.map((_, channel) =>
        Array.from({ length: rows }, (_, row) => row * channels + channel).reduce(
          (sum, place) => sum + (dy[place]! * (at(place, 0, STEP) - at(place, 0, -STEP))) / (2 * STEP),
          0,
        ),
      ),
    ];
    const found = tf.tidy(() => {
      const [tx, ta, tdy] = tensors();
      const f = (u: tf.Tensor, v: tf.Tensor) => applyTensors(expression, { x: u, a: v });
      const { value, grads } = tf.valueAndGrads(f)([tx, ta], tdy);
      return [value, ...grads];
    });
    for (const [i, tensor] of found.entries()) expect(misses(await tensor.data(), wanted[i]!)).toBeLessThan(ERROR);
    tf.dispose(found);
  });

  test('derivatives that read y are used, and the second derivative is right all the same', async () => {
    const fn = elementwise({ value: 'tanh(x)', derivatives: { x: '1 - y * y' } });
    const doubled = { x: parseExpression('2 * (1 - y * y)', { names: ['y'] }) };
    const found = tf.tidy(() => {
      const [tx] = tensors();
      const f = (u: tf.Tensor) => applyElementwise(fn, { x: u });
      const strange = (u: tf.Tensor) => applyTensors(fn.value, { x: u }, doubled);
      const first = (u: tf.Tensor) => tf.grad(f)(u);
      return [first(tx), tf.grad((u) => tf.sum(first(u)))(tx), tf.grad(strange)(tx)];
    });
    const slope = x.map((value) => 1 - Math.tanh(value) ** 2);
    const wanted = [slope, x.map((value, i) => -2 * Math.tanh(value) * slope[i]!), slope.map((value) => 2 * value)];
    for (const [i, tensor] of found.entries()) expect(misses(await tensor.data(), wanted[i]!)).toBeLessThan(ERROR);
    tf.dispose(found);
  });

  test('plain numbers are inputs without a gradient', async () => {
    const expression = parseExpression('a * x + b', { names: ['x', 'a', 'b'] });
    const found = tf.tidy(() => tf.grad((u) => applyTensors(expression, { x: u, a: 3, b: 1 }))(tensors()[0]));
    expect([...(await found.data())]).toEqual(x.map(() => 3));
    tf.dispose(found);
  });

  test('an input that makes no difference has a gradient of zeros', async () => {
    const found = tf.tidy(() => {
      const [tx, ta, tdy] = tensors();
      return tf.grads((u, v) => applyTensors(parseExpression('x', { names: ['x'] }), { x: u, a: v }))([tx, ta], tdy);
    });
    expect([...(await found[0]!.data())]).toEqual(dy);
    expect([...(await found[1]!.data())]).toEqual([0, 0, 0]);
    tf.dispose(found);
  });
});

test('an input that is not there is named', () => {
  const expression = parseExpression('a * x', { names: ['x', 'a'] });
  expect(messageOf(() => applyTensors(expression, { x: 1 }))).toBe('no value for: "a"; given: x');
});
