import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import wabt from 'wabt';
import {
  conv2dInputGradient,
  conv2dInputGradientOracle,
  conv2dInputGradientTimes,
  conv2dOracle,
  sparseConv2d,
  startEngine,
  type ConvOptions,
  type Float64Tensor,
} from '#kernels';
import { root } from '../../../scripts/root.js';
import { GRADIENT_TOLERANCE, stream } from '../../support/kernelCases.ts';

interface Case {
  readonly name: string;
  readonly x: Float64Tensor;
  readonly kernel: Float64Tensor;
  readonly dy: Float64Tensor;
  readonly options: ConvOptions;
}

interface Sizes {
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

const ops = {
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

async function failuresOf(op: (one: Case) => Promise<number>, sizes: Omit<Sizes, 'zeros'>): Promise<string[]> {
  const wrong: string[] = [];
  for (let seed = 1; seed <= 20; seed++) {
    const one = caseOf(seed, { ...sizes, zeros: seed % 3 === 0 ? 0 : 0.6 });
    const worst = await op(one);
    if (!(worst < GRADIENT_TOLERANCE)) wrong.push(`${one.name}: ${worst}`);
  }
  return wrong;
}

describe.for(['cpu', 'wasm'] as const)('on %s', (tier) => {
  beforeAll(async () => expect(await startEngine({ tier })).toMatchObject({ tier }));

  // More filters than a word has bits, and numbers of them that fill no block.
  test.for([1, 5, 16, 31, 32, 33, 70])('input gradients of %i samples times one x', async (samples) => {
    const before = tf.memory().numTensors;
    const sizes = { samples: [1, samples], channels: [1, 2, 3, 4, 5], filters: [1, 3, 8, 10, 67] } as const;
    expect(await failuresOf(ops.conv2dInputGradientTimes, sizes)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('input gradients times as many x', async () => {
    const sizes = { samples: [20, 20], channels: [2, 16], filters: [3, 8] } as const;
    expect(await failuresOf(ops.conv2dInputGradientTimes, sizes)).toEqual([]);
  });

  test.for([1, 3])('input gradients of %i samples with sixteen channels, or thirty-two', async (samples) => {
    const before = tf.memory().numTensors;
    const sizes = { samples: [samples, samples], channels: [16, 32], filters: [4, 8, 12] } as const;
    expect(await failuresOf(ops.conv2dInputGradient, sizes)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.for([1, 3])('convolutions of %i samples to sixteen filters, or thirty-two', async (samples) => {
    const before = tf.memory().numTensors;
    const sizes = { samples: [samples, samples], channels: [4, 8, 12], filters: [16, 32] } as const;
    expect(await failuresOf(ops.sparseConv2d, sizes)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('what does not belong together is said', () => {
    const [dy, kernel, x] = [tf.zeros([20, 3, 3, 2]), tf.zeros([2, 2, 1, 2]), tf.zeros([1, 3, 3, 1])] as tf.Tensor4D[];
    expect(() => conv2dInputGradientTimes(dy!, kernel!, x!)).toThrow(
      'conv2dInputGradientTimes shapes do not belong together: dy [20,3,3,2], kernel [2,2,1,2], input [20,3,3,1]; ' +
        'this kernel on this input gives dy [20,2,2,2] and needs 1 input channels',
    );
    expect(() => sparseConv2d(dy!, kernel!)).toThrow(
      'sparseConv2d channels differ: input has 2, kernel takes 1; use a kernel of shape [2,2,2,2]',
    );
    tf.dispose([dy!, kernel!, x!]);
  });
});

describe('the program on wasm', () => {
  beforeAll(async () => expect(await startEngine({ tier: 'wasm' })).toMatchObject({ tier: 'wasm' }));

  /** Kernels of tfjs that an op runs, the last of so many times; our program is none of them. */
  async function kernelsOf(op: keyof typeof ops, sizes: Sizes, times = 1): Promise<readonly string[]> {
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

  const few = { channels: [3], filters: [5] };
  const wide = { channels: [16], filters: [16] };

  test('takes many samples over one x, where x or the kernel has zeros', async () => {
    const op = 'conv2dInputGradientTimes';
    expect(await kernelsOf(op, { samples: [1, 16], ...few, zeros: 0.6 })).toEqual([]);
    expect(await kernelsOf(op, { samples: [1, 16], ...few, zeros: 0 })).toContain('Conv2D');
    expect(await kernelsOf(op, { samples: [1, 15], ...few, zeros: 0.6 })).toContain('Conv2D');
    expect(await kernelsOf(op, { samples: [16, 16], ...few, zeros: 0.6 })).toContain('Conv2D');
  });

  test.for(['conv2dInputGradient', 'sparseConv2d'] as const)(
    'takes %s of sixteen channels, where there are zeros or one sample',
    async (op) => {
      expect(await kernelsOf(op, { samples: [3, 3], ...wide, zeros: 0.6 })).toEqual([]);
      expect(await kernelsOf(op, { samples: [1, 1], ...wide, zeros: 0 })).toEqual([]);
      expect(await kernelsOf(op, { samples: [3, 3], ...wide, zeros: 0 })).toContain('Conv2D');
      expect(await kernelsOf(op, { samples: [1, 1], ...few, zeros: 0.6 })).toContain('Conv2D');
    },
  );

  test('leaves no memory behind', async () => {
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
    const run = async (times: number) => {
      await kernelsOf('conv2dInputGradientTimes', { samples: [1, 70], ...few, zeros: 0.6 }, times);
      await kernelsOf('conv2dInputGradient', { samples: [1, 1], channels: [64], filters: [64], zeros: 0.6 }, times);
    };
    await run(5);
    const before = heap();
    await run(300);
    expect(heap()).toBe(before);
  });

  test('is the one that stands in lanes.wat', async () => {
    const { parseWat } = await wabt();
    const built = parseWat('lanes.wat', readFileSync(`${root}/kernels/wasm/lanes.wat`, 'utf8'), { simd: true });
    const committed = readFileSync(`${root}/kernels/wasm/lanesBinary.ts`, 'utf8');
    expect(committed).toContain(`'${Buffer.from(built.toBinary({}).buffer).toString('base64')}'`);
    built.destroy();
  });
});
