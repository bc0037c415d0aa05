import '../tf/gradients.ts';
import * as tf from '@tensorflow/tfjs-core';
import { differentiate } from './differentiate.ts';
import type { Elementwise } from './elementwise.ts';
import { expandedPowers } from './expand.ts';
import { fold, name, namesIn, type Expression, type Operation } from './expression.ts';
import { ExpressionError, quote } from './expressionError.ts';
import { build } from './simplify.ts';

type Form = (a: tf.Tensor, b: tf.Tensor, u: tf.Tensor, v: tf.Tensor) => tf.Tensor;

/** Every operation in tfjs. */
const forms: Readonly<Record<Operation, Form>> = {
  add: tf.add,
  subtract: tf.sub,
  multiply: tf.mul,
  divide: tf.div,
  negate: tf.neg,
  power: (a, n) => tf.pow(a, n),
  min: tf.minimum,
  max: tf.maximum,
  abs: tf.abs,
  sign: tf.sign,
  relu: tf.relu,
  exp: tf.exp,
  expm1: tf.expm1,
  log: tf.log,
  log1p: tf.log1p,
  sqrt: tf.sqrt,
  square: tf.square,
  sin: tf.sin,
  cos: tf.cos,
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
  softplus: tf.softplus,
  erf: tf.erf,
  ifLess: (a, b, u, v) => tf.where(tf.less(a, b), u, v),
  ifLessEqual: (a, b, u, v) => tf.where(tf.lessEqual(a, b), u, v),
  ifEqual: (a, b, u, v) => tf.where(tf.equal(a, b), u, v),
};

type Given = Readonly<Record<string, tf.Tensor | number>>;

function compute(expression: Expression, given: Given): tf.Tensor {
  return fold<tf.Tensor>(expandedPowers(expression), {
    number: (value) => tf.scalar(value),
    name: (key) => {
      const value = given[key]!;
      return typeof value === 'number' ? tf.scalar(value) : value;
    },
    // Cast: forms with fewer operands leave the rest alone.
    call: (op, args) => forms[op](...(args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor])),
  });
}

/**
 * An expression on tensors that broadcast against each other, and plain numbers. The tape holds one operation, with the
 * derivatives of {@link differentiate} or those given (by input; they may read the value as `y`); plain numbers have no
 * gradient and cost none. Gradients have gradients again.
 */
export function applyTensors(
  expression: Expression,
  inputs: Given,
  derivatives: Readonly<Record<string, Expression>> = {},
): tf.Tensor {
  const missing = namesIn(expression).find((key) => !Object.hasOwn(inputs, key));
  if (missing !== undefined) {
    throw new ExpressionError(`no value for: ${quote(missing)}; given: ${Object.keys(inputs).join(', ')}`);
  }
  return record(expression, () => expression, derivatives, inputs, {});
}

/** An elementwise function on tensors, with its derivatives on the tape. */
export const applyElementwise = (fn: Elementwise, inputs: Given): tf.Tensor =>
  applyTensors(fn.value, inputs, fn.derivatives);

/**
 * Computes `value`; its gradients are those of `exact`, the same in terms of the inputs alone, where nothing better is given.
 * What is `fixed` is read by `value` alone.
 */
function record(
  value: Expression,
  exact: () => Expression,
  derivatives: Readonly<Record<string, Expression>>,
  inputs: Given,
  fixed: Given,
): tf.Tensor {
  const names = Object.keys(inputs).filter((key) => typeof inputs[key] !== 'number');
  const tensors = names.map((key) => inputs[key] as tf.Tensor);
  const shape = tensors.reduce<number[]>(
    (all, { shape: own }) => tf.broadcast_util.assertAndGetBroadcastShape(all, own),
    [],
  );
  const timesDy = (slope: Expression) => build('multiply', name('dy'), slope);
  const op = tf.customGrad((...args) => {
    // Casts: the last argument is tfjs' way to keep tensors; its types know tensors alone.
    const save = args.pop() as unknown as (tensors: tf.Tensor[]) => void;
    const y = tf.broadcastTo(compute(value, { ...inputs, ...fixed }), shape);
    save([...tensors, y]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const again: Record<string, tf.Tensor | number> = { ...inputs, dy };
      names.forEach((key, i) => (again[key] = saved[i]!));
      return names.map((by, i) => {
        const slope = () => differentiate(exact(), by);
        const own = Object.hasOwn(derivatives, by) ? derivatives[by]! : slope();
        const gradient = record(timesDy(own), () => timesDy(slope()), {}, again, { y: saved.at(-1)! });
        return summed(gradient, saved[i]!.shape);
      });
    };
    return { value: y, gradFunc };
  });
  return op(...tensors);
}

/** What was spread over an axis is gathered again. */
function summed(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return axes.length === 0 ? gradient : tf.reshape(tf.sum(gradient, axes), shape);
}
