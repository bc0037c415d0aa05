import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import {
  conv2dInputGradient,
  conv2dInputGradientOracle,
  conv2dInputGradientTimes,
  conv2dOracle,
  sparseConv2d,
  type ConvOptions,
  type Float64Tensor,
} from '#kernels';
import { GRADIENT_TOLERANCE, stream } from './kernelCases.ts';

interface Case {
  readonly name: string;
  readonly x: Float64Tensor;
  readonly kernel: Float64Tensor;
  readonly dy: Float64Tensor;
  readonly options: ConvOptions;
}

export interface Sizes {
  /** Of x, and of dy. */
  readonly samples: readonly [number, number];
  /** Choices of channels and of filters. */
  readonly channels: readonly number[];
  readonly filters: readonly number[];
  /** Share of all numbers that is zero. */
  readonly zeros: number;
}

function caseOf(seed: number, { samples, channels, filters, zeros }: Sizes): Case {
  const random = stream(seed);
  const { whole, uniform } = random;
  const sparse = (shape: readonly number[]): Float64Tensor => {
    const block = random.block(shape);
    // A negative zero is zero.
    block.data.forEach((value, i) => (block.data[i] = uniform() < zeros ? 0 * value : value));
    return block;
  };
  const one = (choices: readonly number[]) => choices[whole(0, choices.length - 1)]!;
  const size = [whole(1, 3), whole(1, 3)] as const;
  const options: ConvOptions = {
    stride: [whole(1, 3), whole(1, 3)],
    dilation: [whole(1, 2), whole(1, 2)],
    padding: [whole(0, 2), whole(0, 2), whole(0, 2), whole(0, 2)],
  };
  const x = sparse([samples[0], whole(5, 8), whole(5, 8), one(channels)]);
  const kernel = sparse([...size, x.shape[3]!, one(filters)]);
  const [, ...output] = conv2dOracle(x, kernel, options).shape;
  const dy = sparse([samples[1], ...output]);
  const name = `${samples[1]} samples over [${x.shape}] with [${kernel.shape}] ${JSON.stringify(options)}`;
  return { name, x, kernel, dy, options };
}

const tensor = ({ shape, data }: Float64Tensor): tf.Tensor4D =>
  tf.tensor<tf.Rank.R4>(Float32Array.from(data), shape as [number, number, number, number]);

/** The largest difference from the definition, relative to its largest entry. */
async function deviation(run: () => tf.Tensor, expected: Float64Tensor): Promise<number> {
  const y = tf.tidy(run);
  const found = await y.data();
  expect(y.shape).toEqual(expected.shape);
  y.dispose();
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  return expected.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - found[i]!)), 0) / largest;
}

function batchOf({ shape: [batch] }: Float64Tensor, { shape: [, height, width, channels] }: Float64Tensor) {
  return [batch!, height!, width!, channels!] as const;
}

/** Each op against its definition: the largest difference. */
export const sparseOps = {
  conv2dInputGradientTimes({ x, kernel, dy, options }: Case) {
    const gradient = conv2dInputGradientOracle(dy, kernel, batchOf(dy, x), options);
    const data = gradient.data.map((value, i) => value * x.data[i % x.data.length]!);
    return deviation(() => conv2dInputGradientTimes(tensor(dy), tensor(kernel), tensor(x), options), {
      shape: gradient.shape,
      data,
    });
  },
  conv2dInputGradient({ x, kernel, dy, options }: Case) {
    const shape = batchOf(dy, x);
    const expected = conv2dInputGradientOracle(dy, kernel, shape, options);
    return deviation(() => conv2dInputGradient(tensor(dy), tensor(kernel), shape, options), expected);
  },
  sparseConv2d({ x, kernel, options }: Case) {
    const expected = conv2dOracle(x, kernel, options);
    return deviation(() => sparseConv2d(tensor(x), tensor(kernel), options), expected);
  },
};

/** Random cases of an op that lie too far from the definition; every third is without zeros. */
export async function sparseFailures(
  op: keyof typeof sparseOps,
  sizes: Omit<Sizes, 'zeros'>,
  count = 20,
): Promise<string[]> {
  const wrong: string[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const one = caseOf(seed, { ...sizes, zeros: seed % 3 === 0 ? 0 : 0.6 });
    const worst = await sparseOps[op](one);
    if (!(worst < GRADIENT_TOLERANCE)) wrong.push(`${one.name}: ${worst}`);
  }
  return wrong;
}

/** Kernels of tfjs that an op runs, the last of so many times; our program is none of them. */
export async function kernelsOf(op: keyof typeof sparseOps, sizes: Sizes, times = 1): Promise<readonly string[]> {
  const { x, kernel, dy, options } = caseOf(4, sizes);
  const [tx, tk, td] = [x, kernel, dy].map(tensor) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const runs = {
    conv2dInputGradientTimes: () => conv2dInputGradientTimes(td, tk, tx, options),
    conv2dInputGradient: () => conv2dInputGradient(td, tk, batchOf(dy, x), options),
    sparseConv2d: () => sparseConv2d(tx, tk, options),
  };
  for (let n = 1; n < times; n++) runs[op]().dispose();
  const { kernelNames } = await tf.profile(() => runs[op]().dispose());
  tf.dispose([tx, tk, td]);
  return kernelNames;
}
