import { beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '#kernels';
import { kernelsOf, sparseFailures } from '../../support/sparseCases.ts';

const many = { samples: [1, 33], channels: [1, 2, 3, 4, 5], filters: [1, 3, 8, 10] } as const;
const wide = { samples: [1, 1], channels: [16], filters: [16] } as const;

describe.for(['wasm', 'webgpu'] as const)('on %s', (tier) => {
  beforeAll(async () => expect(await startEngine({ tier })).toMatchObject({ tier }));

  test('convolutions that may leave zeros out equal their definition', async () => {
    expect(await sparseFailures('conv2dInputGradientTimes', many, 6)).toEqual([]);
    expect(await sparseFailures('conv2dInputGradient', wide, 6)).toEqual([]);
    expect(await sparseFailures('sparseConv2d', wide, 6)).toEqual([]);
  });
});

test('the program of our own runs in this browser', async () => {
  expect(await startEngine({ tier: 'wasm' })).toMatchObject({ tier: 'wasm' });
  expect(await kernelsOf('conv2dInputGradientTimes', { ...many, zeros: 0.6 })).toEqual([]);
  expect(await kernelsOf('conv2dInputGradient', { ...wide, zeros: 0.6 })).toEqual([]);
  expect(await kernelsOf('sparseConv2d', { ...wide, zeros: 0.6 })).toEqual([]);
});
