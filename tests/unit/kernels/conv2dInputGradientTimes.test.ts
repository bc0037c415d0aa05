import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import wabt from 'wabt';
import {
  conv2dInputGradientOracle,
  conv2dInputGradientTimes,
  conv2dOracle,
  startEngine,
  type ConvOptions,
  type Float64Tensor,
} from '#kernels';
import { root } from '../../../scripts/root.js';
import { GRADIENT_TOLERANCE, stream } from '../../support/kernelCases.ts';

interface Times {
  readonly name: string;
  readonly dy: Float64Tensor;
  readonly kernel: Float64Tensor;
  readonly x: Float64Tensor;
  readonly options: ConvOptions;
}

/** Random shapes and numbers, about a given share of them zero; more filters than one word has bits, now and then. */
function timesCase(seed: number, samples: number, zeros: number): Times {
  const random = stream(seed);
  const { whole, uniform } = random;
  const sparse = (shape: readonly number[]): Float64Tensor => {
    const block = random.block(shape);
    block.data.forEach((value, i) => (block.data[i] = uniform() < zeros ? 0 : value));
    return block;
  };
  const size = [whole(1, 3), whole(1, 3)] as const;
  const options: ConvOptions = {
    stride: [whole(1, 3), whole(1, 3)],
    dilation: [whole(1, 2), whole(1, 2)],
    padding: [whole(0, 2), whole(0, 2), whole(0, 2), whole(0, 2)],
  };
  const [height, width, channels] = [whole(5, 8), whole(5, 8), whole(1, 5)];
  const x = sparse([1, height, width, channels]);
  const kernel = sparse([...size, channels, seed % 10 === 0 ? whole(60, 70) : whole(1, 10)]);
  const [, ...output] = conv2dOracle(x, kernel, options).shape;
  const dy = sparse([samples, ...output]);
  // A negative zero is zero.
  dy.data.forEach((value, i) => (dy.data[i] = value === 0 && i % 2 === 0 ? -0 : value));
  const name = `${samples} samples over [${x.shape}] with [${kernel.shape}] ${JSON.stringify(options)}`;
  return { name, dy, kernel, x, options };
}

const tensor = ({ shape, data }: Float64Tensor) => tf.tensor4d(Float32Array.from(data), shape as [number, number, number, number]); // prettier-ignore

/** The largest difference from the definition, relative to its largest entry. */
async function deviation({ dy, kernel, x, options }: Times): Promise<number> {
  const gradient = conv2dInputGradientOracle(dy, kernel, [dy.shape[0]!, ...x.shape.slice(1)], options);
  const expected = gradient.data.map((value, i) => value * x.data[i % x.data.length]!);
  const y = tf.tidy(() => conv2dInputGradientTimes(tensor(dy), tensor(kernel), tensor(x), options));
  const found = await y.data();
  expect(y.shape).toEqual(gradient.shape);
  y.dispose();
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - found[i]!)), 0) / largest;
}

describe.for(['cpu', 'wasm'] as const)('on %s', (tier) => {
  beforeAll(async () => expect(await startEngine({ tier })).toMatchObject({ tier }));

  test.for([1, 5, 16, 31, 32, 33, 70])('equals the definition for %i samples over one input', async (samples) => {
    const before = tf.memory().numTensors;
    const wrong: string[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      const one = timesCase(seed, samples, seed % 3 === 0 ? 0 : 0.6);
      const worst = await deviation(one);
      if (!(worst < GRADIENT_TOLERANCE)) wrong.push(`${one.name}: ${worst}`);
    }
    expect(wrong).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('takes as many inputs as samples, too', async () => {
    const { dy, kernel, x, options } = timesCase(3, 20, 0.6);
    const inputs = { shape: [20, ...x.shape.slice(1)], data: Float64Array.from({ length: 20 * x.data.length }, (_, i) => i % 7) }; // prettier-ignore
    expect(await deviation({ name: '', dy, kernel, x: inputs, options })).toBeLessThan(GRADIENT_TOLERANCE);
  });

  test('says what does not belong together', () => {
    const [dy, kernel, x] = [tf.zeros([20, 3, 3, 2]), tf.zeros([2, 2, 1, 2]), tf.zeros([1, 3, 3, 1])] as tf.Tensor4D[];
    expect(() => conv2dInputGradientTimes(dy!, kernel!, x!)).toThrow(
      'conv2dInputGradient shapes do not belong together: dy [20,3,3,2], kernel [2,2,1,2], input [20,3,3,1]; ' +
        'this kernel on this input gives dy [20,2,2,2] and needs 1 input channels',
    );
    tf.dispose([dy!, kernel!, x!]);
  });
});

describe('samples side by side on wasm', () => {
  beforeAll(async () => expect(await startEngine({ tier: 'wasm' })).toMatchObject({ tier: 'wasm' }));

  const kernelsOf = async (samples: number, zeros: number): Promise<readonly string[]> => {
    const { dy, kernel, x, options } = timesCase(4, samples, zeros);
    const tensors = [dy, kernel, x].map(tensor);
    const run = () => conv2dInputGradientTimes(tensors[0]!, tensors[1]!, tensors[2]!, options).dispose();
    const { kernelNames } = await tf.profile(run);
    tf.dispose(tensors);
    return kernelNames;
  };

  test('are taken where there is enough to leave out, and nowhere else', async () => {
    expect(await kernelsOf(16, 0.6)).toEqual(['Conv2DInputGradientTimes']);
    expect(await kernelsOf(16, 0)).toContain('Conv2D');
    expect(await kernelsOf(15, 0.6)).not.toContain('Conv2DInputGradientTimes');
  });

  test('leave no memory behind', async () => {
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
    for (let n = 0; n < 5; n++) await kernelsOf(70, 0.6);
    const before = heap();
    for (let n = 0; n < 100; n++) await kernelsOf(70, 0.6);
    expect(heap()).toBe(before);
  });

  test('run the program that stands in lanes.wat', async () => {
    const { parseWat } = await wabt();
    const built = parseWat('lanes.wat', readFileSync(`${root}/kernels/wasm/lanes.wat`, 'utf8'), { simd: true });
    const committed = readFileSync(`${root}/kernels/wasm/lanesBinary.ts`, 'utf8');
    expect(committed).toContain(`'${Buffer.from(built.toBinary({}).buffer).toString('base64')}'`);
    built.destroy();
  });
});
