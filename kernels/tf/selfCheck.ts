import * as tf from '@tensorflow/tfjs-core';
import { conv2d } from '../conv/conv2d.ts';
import { conv2dFilterGradientOracle, conv2dInputGradientOracle, conv2dOracle } from '../conv/conv2dOracle.ts';
import { depthwiseConv2d } from '../conv/depthwiseConv2d.ts';
import {
  depthwiseConv2dFilterGradientOracle,
  depthwiseConv2dInputGradientOracle,
  depthwiseConv2dOracle,
} from '../conv/depthwiseConv2dOracle.ts';
import type { Float64Tensor } from '../oracle.ts';
import { maxPool } from '../pool/maxPool.ts';
import { lastMaximumGradient, maxPoolGradientOracle, maxPoolOracle } from '../pool/poolOracle.ts';
import { checkTraining, NET, numbers } from './selfCheckTraining.ts';

/** One comparison of the current tier with the definition in float64. */
export interface Check {
  readonly name: string;
  /** Largest difference, relative to the largest expected entry; infinite when the op throws or gives NaN. */
  readonly deviation: number;
  readonly tolerance: number;
  readonly ok: boolean;
  /** What is wrong, when something is. */
  readonly problem?: string;
}

export interface SelfCheckResult {
  readonly ok: boolean;
  /** The tfjs backend that was checked. */
  readonly tier: string;
  readonly checks: readonly Check[];
}

/** The inputs are multiples of 1/4, so float32 sums them exactly; this leaves room for fused or reordered arithmetic. */
const FORWARD_TOLERANCE = 1e-5;
/** Gradients pass through exp and division in the training step; ten times tighter than kernels must be (1e-3). */
const GRADIENT_TOLERANCE = 1e-4;

/** A result to compare: what came (not yet read) and what should have come. */
export interface Comparison {
  readonly name: string;
  readonly actual: tf.Tensor;
  readonly expected: Float64Tensor;
  readonly isGradient: boolean;
  /** What a tier would give that lets the last maximum of a window win. */
  readonly lastMaximum?: Float64Tensor;
}

/** An op with its inputs, and forward and gradients by definition. */
interface Probe {
  readonly name: string;
  readonly run: (...inputs: tf.Tensor4D[]) => tf.Tensor;
  readonly inputs: Readonly<Record<string, Float64Tensor>>;
  readonly expected: Float64Tensor;
  readonly gradients: (dy: Float64Tensor) => readonly Float64Tensor[];
  readonly lastMaximum?: (dy: Float64Tensor) => Float64Tensor;
}

/** The layers of the little net one by one, on numbers of their own: a fault is then named by its op. */
function probes(): Probe[] {
  const [x, kernel] = [numbers([2, 7, 6, 2], 1), numbers([3, 2, 2, 3], 2)];
  const [y, channelKernel] = [numbers([2, 5, 4, 3], 3), numbers([2, 2, 3, 2], 4)];
  // Few different values: nearly every window holds its maximum twice.
  const ties = { ...numbers([2, 5, 4, 3], 5) };
  ties.data.forEach((value, i) => (ties.data[i] = Math.round(value)));
  return [
    {
      name: 'convolution',
      run: (a, k) => conv2d(a!, k!, NET.conv),
      inputs: { input: x, kernel },
      expected: conv2dOracle(x, kernel, NET.conv),
      gradients: (dy) => [
        conv2dInputGradientOracle(dy, kernel, x.shape, NET.conv),
        conv2dFilterGradientOracle(x, dy, kernel.shape, NET.conv),
      ],
    },
    {
      name: 'depthwise convolution',
      run: (a, k) => depthwiseConv2d(a!, k!, NET.depthwise),
      inputs: { input: y, kernel: channelKernel },
      expected: depthwiseConv2dOracle(y, channelKernel, NET.depthwise),
      gradients: (dy) => [
        depthwiseConv2dInputGradientOracle(dy, channelKernel, y.shape, NET.depthwise),
        depthwiseConv2dFilterGradientOracle(y, dy, channelKernel.shape, NET.depthwise),
      ],
    },
    {
      name: 'max pool',
      run: (a) => maxPool(a!, NET.pool),
      inputs: { input: ties },
      expected: maxPoolOracle(ties, NET.pool),
      gradients: (dy) => [maxPoolGradientOracle(dy, ties, NET.pool)],
      lastMaximum: (dy) => lastMaximumGradient(dy, ties, NET.pool),
    },
  ];
}

function runProbe({ name, run, inputs, expected, gradients, lastMaximum }: Probe): Comparison[] {
  const dy = numbers(expected.shape, 6);
  const upload = ({ shape, data }: Float64Tensor) => tf.tensor4d(Float32Array.from(data), shape as Shape);
  const { value, grads } = tf.valueAndGrads((...all) => run(...(all as tf.Tensor4D[])))(
    Object.values(inputs).map(upload),
    upload(dy),
  );
  const wanted = gradients(dy);
  return [
    { name, actual: value, expected, isGradient: false },
    ...Object.keys(inputs).map((input, i) => ({
      name: wanted.length === 1 ? `${name} gradient` : `${name} gradient of the ${input}`,
      actual: grads[i]!,
      expected: wanted[i]!,
      isGradient: true,
      ...(lastMaximum && { lastMaximum: lastMaximum(dy) }),
    })),
  ];
}

type Shape = [number, number, number, number];

function deviation(actual: ArrayLike<number>, expected: ArrayLike<number>, sign = 1): number {
  if (actual.length !== expected.length) return Infinity;
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i]! - sign * expected[i]!);
    if (!(d <= difference)) difference = Number.isNaN(d) ? Infinity : d;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference / largest;
}

/** What is wrong, as exactly as it can be told. */
function diagnose(actual: ArrayLike<number>, one: Comparison, off: number, tolerance: number): string {
  const { name, expected, lastMaximum } = one;
  const values = Array.from(actual);
  if (!values.every(Number.isFinite)) return `${name} is not finite`;
  if (values.every((value) => value === 0)) return `${name} is zero everywhere`;
  if (deviation(actual, expected.data, -1) <= tolerance) return `${name} has the wrong sign`;
  if (lastMaximum && deviation(actual, lastMaximum.data) <= tolerance) return `${name} goes to the last maximum`;
  return `${name} is off by ${off.toExponential(1)} of its largest entry`;
}

async function compare(one: Comparison): Promise<Check> {
  const tolerance = one.isGradient ? GRADIENT_TOLERANCE : FORWARD_TOLERANCE;
  const actual = await one.actual.data();
  const off = deviation(actual, one.expected.data);
  if (off <= tolerance) return { name: one.name, deviation: off, tolerance, ok: true };
  return { name: one.name, deviation: off, tolerance, ok: false, problem: diagnose(actual, one, off, tolerance) };
}

/** The comparisons of one part; a part that throws is one failed check. */
function attempt(name: string, part: () => Comparison[]): Comparison[] | Check {
  try {
    // tidy hands back tensors inside plain objects and arrays, so the comparisons survive it whole.
    return tf.tidy(() => part() as unknown as tf.TensorContainer) as unknown as Comparison[];
  } catch (error) {
    const problem = `${name} does not run: ${error instanceof Error ? error.message : String(error)}`;
    return { name, deviation: Infinity, tolerance: 0, ok: false, problem };
  }
}

/**
 * Runs convolution, depthwise convolution and max pooling with their gradients, then one training step of a tiny net that
 * holds them all, on the current backend, and compares everything with plain float64 loops. Takes some 10 ms on wasm.
 * Leaves no tensor behind. Resolves also when something is wrong: `ok` is then false and the checks say what.
 */
export async function selfCheck(): Promise<SelfCheckResult> {
  const parts = [
    ...probes().map((probe) => attempt(probe.name, () => runProbe(probe))),
    attempt('training step', checkTraining),
  ];
  const checks: Check[] = [];
  for (const part of parts) {
    if (!Array.isArray(part)) checks.push(part as Check);
    else checks.push(...(await Promise.all(part.map(compare))));
  }
  tf.dispose(parts.flatMap((part) => (Array.isArray(part) ? part.map(({ actual }: Comparison) => actual) : [])));
  return { ok: checks.every(({ ok }) => ok), tier: tf.getBackend(), checks };
}
