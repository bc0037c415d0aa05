import * as tf from '@tensorflow/tfjs-core';

/** A function of one number in tfjs ops, with its value and derivative; at a kink the derivative of the left branch. */
export interface ActivationOp {
  readonly name: string;
  readonly op: (x: tf.Tensor) => tf.Tensor;
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
  /** Where a tier may be less exact than {@link TOLERANCE}: WGSL promises sin and cos only to 2^-11. */
  readonly tolerance?: number;
}

/** Float32 and the polynomial that tfjs uses for erf (1.5e-7, Abramowitz and Stegun 7.1.26) leave no more than this. */
export const TOLERANCE = 2e-6;

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Power series, good to float64 for |x| ≤ 4. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export const activationOps: readonly ActivationOp[] = [
  { name: 'relu', op: tf.relu, value: (x) => Math.max(0, x), slope: (x) => (x > 0 ? 1 : 0) },
  {
    name: 'relu6',
    op: tf.relu6,
    value: (x) => Math.min(6, Math.max(0, x)),
    slope: (x) => (x > 0 && x <= 6 ? 1 : 0),
  },
  { name: 'elu', op: tf.elu, value: (x) => (x > 0 ? x : Math.expm1(x)), slope: (x) => (x > 0 ? 1 : Math.exp(x)) },
  {
    name: 'selu',
    op: tf.selu,
    value: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
    slope: (x) => SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x)),
  },
  {
    name: 'leakyRelu',
    op: (x) => tf.leakyRelu(x, 0.1),
    value: (x) => (x > 0 ? x : 0.1 * x),
    slope: (x) => (x > 0 ? 1 : 0.1),
  },
  {
    name: 'prelu',
    op: (x) => tf.prelu(x, tf.scalar(0.2)),
    value: (x) => (x > 0 ? x : 0.2 * x),
    slope: (x) => (x > 0 ? 1 : 0.2),
  },
  { name: 'tanh', op: tf.tanh, value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  { name: 'sigmoid', op: tf.sigmoid, value: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)) },
  {
    name: 'softplus',
    op: tf.softplus,
    value: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
    slope: sigmoid,
  },
  { name: 'erf', op: tf.erf, value: erf, slope: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) },
  { name: 'exp', op: tf.exp, value: Math.exp, slope: Math.exp },
  { name: 'expm1', op: tf.expm1, value: Math.expm1, slope: Math.exp },
  {
    name: 'log1p of exp',
    op: (x) => tf.log1p(tf.exp(x)),
    value: (x) => Math.log1p(Math.exp(x)),
    slope: sigmoid,
  },
  { name: 'abs', op: tf.abs, value: Math.abs, slope: (x) => (x > 0 ? 1 : -1) },
  { name: 'sin', op: tf.sin, value: Math.sin, slope: Math.cos, tolerance: 2 ** -11 },
  { name: 'atan', op: tf.atan, value: Math.atan, slope: (x) => 1 / (1 + x * x) },
  {
    name: 'clip',
    op: (x) => tf.clipByValue(x, -1, 1),
    value: (x) => Math.min(1, Math.max(-1, x)),
    slope: (x) => (x >= -1 && x <= 1 ? 1 : 0),
  },
  {
    name: 'gelu',
    op: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
    value: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
    slope: (x) => 0.5 * (1 + erf(x * Math.SQRT1_2)) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
  },
];

/** Both sides of zero and zero itself; within the range where the series for erf holds. */
export const POINTS = [-4, -2.5, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 2.5, 4];

/** Largest absolute deviation of value and slope over the points. */
export async function deviations({ op, value, slope }: ActivationOp): Promise<{ value: number; slope: number }> {
  const [y, dx] = tf.tidy(() => {
    const x = tf.tensor1d(POINTS);
    const result = tf.valueAndGrad((t) => op(t))(x, tf.onesLike(x));
    return [result.value as tf.Tensor, result.grad];
  });
  const [values, slopes] = await Promise.all([y!.data(), dx!.data()]);
  tf.dispose([y!, dx!]);
  const worst = (actual: ArrayLike<number>, expected: (x: number) => number) =>
    Math.max(...POINTS.map((x, i) => Math.abs(actual[i]! - expected(x)) / Math.max(1, Math.abs(expected(x)))));
  return { value: worst(values, value), slope: worst(slopes, slope) };
}
