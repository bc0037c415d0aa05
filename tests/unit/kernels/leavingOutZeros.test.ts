import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import wabt from 'wabt';
import { conv2dInputGradientTimes, sparseConv2d, startEngine } from '#kernels';
import { root } from '../../../scripts/root.js';
import { kernelsOf, sparseFailures } from '../../support/sparseCases.ts';

describe.for(['cpu', 'wasm'] as const)('on %s', (tier) => {
  beforeAll(async () => expect(await startEngine({ tier })).toMatchObject({ tier }));

  // More filters than a word has bits, and numbers of them that fill no block.
  test.for([1, 5, 16, 31, 32, 33, 70])('input gradients of %i samples times one x', async (samples) => {
    const before = tf.memory().numTensors;
    const sizes = { samples: [1, samples], channels: [1, 2, 3, 4, 5], filters: [1, 3, 8, 10, 67] } as const;
    expect(await sparseFailures('conv2dInputGradientTimes', sizes)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('input gradients times as many x', async () => {
    const sizes = { samples: [20, 20], channels: [2, 16], filters: [3, 8] } as const;
    expect(await sparseFailures('conv2dInputGradientTimes', sizes)).toEqual([]);
  });

  test.for([1, 3])('input gradients of %i samples with sixteen channels, or thirty-two', async (samples) => {
    const before = tf.memory().numTensors;
    const sizes = { samples: [samples, samples], channels: [16, 32], filters: [4, 8, 12] } as const;
    expect(await sparseFailures('conv2dInputGradient', sizes)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.for([1, 3])('convolutions of %i samples to sixteen filters, or thirty-two', async (samples) => {
    const before = tf.memory().numTensors;
    const sizes = { samples: [samples, samples], channels: [4, 8, 12], filters: [16, 32] } as const;
    expect(await sparseFailures('sparseConv2d', sizes)).toEqual([]);
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
