import * as tf from '@tensorflow/tfjs-core';
import {
  avgPool,
  avgPoolGradientOracle,
  avgPoolOracle,
  conv2d,
  conv2dFilterGradientOracle,
  conv2dInputGradientOracle,
  conv2dOracle,
  depthwiseConv2d,
  depthwiseConv2dFilterGradientOracle,
  depthwiseConv2dInputGradientOracle,
  depthwiseConv2dOracle,
  maxPool,
  maxPoolGradientOracle,
  maxPoolOracle,
  type ConvOptions,
  type Float64Tensor,
  type Padding,
  type Pair,
  type PoolOptions,
} from '#kernels';

/** Float32 keeps 24 bits (6e-8); a sum of some hundred products of size 1 loses a few of them. Relative to the largest entry. */
export const FORWARD_TOLERANCE = 1e-5;
/** Gradients of kernels sum over batch and image, so more terms cancel; still ten times tighter than R-NUM-1 asks. */
export const GRADIENT_TOLERANCE = 1e-4;

/** How many random combinations each family of ops is tried on, per tier. */
export const COMBINATIONS = 200;

/** Mulberry32: a small seeded stream, so that a failing case can be run again. */
export function stream(seed: number) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  /** A whole number from `low` to `high`, both included. */
  const whole = (low: number, high: number) => low + Math.floor(uniform() * (high - low + 1));
  /** Numbers in (−1, 1) that float32 holds exactly, so that tfjs and the oracle get the same. */
  const block = (shape: readonly number[]): Float64Tensor => {
    const length = shape.reduce((product, side) => product * side, 1);
    return { shape, data: Float64Array.from({ length }, () => Math.fround(2 * uniform() - 1)) };
  };
  return { uniform, whole, block };
}

type Stream = ReturnType<typeof stream>;

/** One op on one random set of shapes and numbers. */
export interface KernelCase {
  readonly name: string;
  /** The differentiable op on the tier under test. */
  readonly op: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly inputs: readonly Float64Tensor[];
  readonly forward: () => Float64Tensor;
  /** Gradients of Σ dy·y with respect to every input. */
  readonly gradients: (dy: Float64Tensor) => readonly Float64Tensor[];
  readonly upstream: (shape: readonly number[]) => Float64Tensor;
}

/** A length on which a window of this reach fits with this padding, by at most four pixels more. */
function fittingLength({ whole }: Stream, reach: number, pads: number): number {
  return Math.max(1, reach - pads + whole(0, 4));
}

function convShape(random: Stream): {
  options: Required<ConvOptions>;
  size: Pair;
  image: [number, number, number, number];
} {
  const { whole } = random;
  const size: Pair = [whole(1, 4), whole(1, 4)];
  const stride: Pair = [whole(1, 3), whole(1, 3)];
  const dilation: Pair = [whole(1, 3), whole(1, 3)];
  const padding: Padding = [whole(0, 3), whole(0, 3), whole(0, 3), whole(0, 3)];
  const height = fittingLength(random, (size[0] - 1) * dilation[0] + 1, padding[0] + padding[1]);
  const width = fittingLength(random, (size[1] - 1) * dilation[1] + 1, padding[2] + padding[3]);
  return { options: { stride, dilation, padding }, size, image: [whole(1, 3), height, width, whole(1, 5)] };
}

const tell = (op: string, image: readonly number[], kernel: readonly number[], options: ConvOptions | PoolOptions) =>
  `${op} of [${image}] with ${kernel.length ? `[${kernel}] ` : ''}${JSON.stringify(options)}`;

export function convCase(seed: number): KernelCase {
  const random = stream(seed);
  const { options, size, image } = convShape(random);
  const [x, kernel] = [random.block(image), random.block([...size, image[3], random.whole(1, 5)])];
  return {
    name: tell('conv2d', image, kernel.shape, options),
    op: (a, b) => conv2d(a as tf.Tensor4D, b as tf.Tensor4D, options),
    inputs: [x, kernel],
    forward: () => conv2dOracle(x, kernel, options),
    gradients: (dy) => [
      conv2dInputGradientOracle(dy, kernel, image, options),
      conv2dFilterGradientOracle(x, dy, kernel.shape, options),
    ],
    upstream: random.block,
  };
}

export function depthwiseCase(seed: number): KernelCase {
  const random = stream(seed);
  const { options, size, image } = convShape(random);
  const [x, kernel] = [random.block(image), random.block([...size, image[3], random.whole(1, 3)])];
  return {
    name: tell('depthwiseConv2d', image, kernel.shape, options),
    op: (a, b) => depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, options),
    inputs: [x, kernel],
    forward: () => depthwiseConv2dOracle(x, kernel, options),
    gradients: (dy) => [
      depthwiseConv2dInputGradientOracle(dy, kernel, image, options),
      depthwiseConv2dFilterGradientOracle(x, dy, kernel.shape, options),
    ],
    upstream: random.block,
  };
}

function poolShape(random: Stream): { options: Required<PoolOptions>; image: [number, number, number, number] } {
  const { whole } = random;
  const size: Pair = [whole(1, 4), whole(1, 4)];
  const stride: Pair = [whole(1, 3), whole(1, 3)];
  const side = (axis: 0 | 1) => whole(0, size[axis] - 1);
  const padding: Padding = [side(0), side(0), side(1), side(1)];
  const height = fittingLength(random, size[0], padding[0] + padding[1]);
  const width = fittingLength(random, size[1], padding[2] + padding[3]);
  return { options: { size, stride, padding }, image: [whole(1, 3), height, width, whole(1, 5)] };
}

/** Whole numbers from −2 to 2, so that most windows hold their maximum more than once. */
export function maxPoolCase(seed: number): KernelCase {
  const random = stream(seed);
  const { options, image } = poolShape(random);
  const x = random.block(image);
  x.data.forEach((value, i) => (x.data[i] = Math.round(2 * value)));
  return {
    name: tell('maxPool', image, [], options),
    op: (a) => maxPool(a as tf.Tensor4D, options),
    inputs: [x],
    forward: () => maxPoolOracle(x, options),
    gradients: (dy) => [maxPoolGradientOracle(dy, x, options)],
    upstream: random.block,
  };
}

export function avgPoolCase(seed: number): KernelCase {
  const random = stream(seed);
  const { options, image } = poolShape(random);
  const x = random.block(image);
  return {
    name: tell('avgPool', image, [], options),
    op: (a) => avgPool(a as tf.Tensor4D, options),
    inputs: [x],
    forward: () => avgPoolOracle(x, options),
    gradients: (dy) => [avgPoolGradientOracle(dy, image, options)],
    upstream: random.block,
  };
}

/** Largest difference, relative to the expected values' largest entry. */
export function deviation(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i]! - expected[i]!);
    difference = Number.isNaN(d) ? Infinity : Math.max(difference, d);
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  // Where all is zero (a kernel that lies on padding only), any rest counts in full.
  return largest === 0 ? difference : difference / largest;
}

/** The shape is copied because tfjs types shapes as mutable. */
export const upload = ({ shape, data }: Float64Tensor) => tf.tensor(Float32Array.from(data), [...shape]);

/** Runs the case on the current tier, forward and gradients; one sentence per result that misses the oracle. */
export async function failures(one: KernelCase): Promise<string[]> {
  const expected = one.forward();
  const dy = one.upstream(expected.shape);
  const wanted = [expected, ...one.gradients(dy)];
  const results = tf.tidy(() => {
    const { value, grads } = tf.valueAndGrads((...inputs) => one.op(...inputs))(one.inputs.map(upload), upload(dy));
    return [value as tf.Tensor, ...grads];
  });
  const found: string[] = [];
  for (const [i, result] of results.entries()) {
    const label = i === 0 ? 'forward' : `gradient of input ${i - 1}`;
    if (`${result.shape}` !== `${wanted[i]!.shape}`) {
      found.push(`${one.name}: ${label} has shape [${result.shape}], not [${wanted[i]!.shape}]`);
      continue;
    }
    const off = deviation(await result.data(), wanted[i]!.data);
    if (!(off <= (i === 0 ? FORWARD_TOLERANCE : GRADIENT_TOLERANCE)))
      found.push(`${one.name}: ${label} is off by ${off}`);
  }
  tf.dispose(results);
  return found;
}

/** The failures of `count` random cases, seeds 1 … count. */
export async function failuresOf(make: (seed: number) => KernelCase, count = COMBINATIONS): Promise<string[]> {
  const found: string[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const one = make(seed);
    try {
      found.push(...(await failures(one)));
    } catch (error) {
      found.push(`${one.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return found;
}
