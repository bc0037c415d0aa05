import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { operations, planProgram, type Kernel } from '#kernels';
import { compilePlanProgram, PLAN_PROGRAMS, planProgramModule } from '../../../scripts/planPrograms.js';
import { root } from '../../../scripts/root.js';
import { relativeError } from '../../support/finiteDifference.ts';
import { stream } from '../../support/kernelCases.ts';
import { runInWasm } from '../../support/planMemory.ts';
import { tensorCases, type TensorCase } from '../../support/planTensorCases.ts';

/** Float32 keeps 24 bits (6e-8); sums of some hundred products of size 1 lose a few of them. Of the largest number. */
const TOLERANCE = 1e-5;
const CASES = 40;

// Cast: what an operation is called with belongs to it, and so do its cases.
const kernels = Object.values(operations) as unknown as Kernel[];

type Buffers = readonly (Float32Array | null)[];

test('every operation has cases, and stands under its id', () => {
  expect(Object.keys(tensorCases).toSorted()).toEqual(Object.keys(operations).toSorted());
  for (const [name, { id }] of Object.entries(operations)) expect(id).toBe(name);
});

test('the program holds these operations and nothing else', () => {
  const { functions } = planProgram(new WebAssembly.Memory({ initial: 1 }), 'plain');
  expect(Object.keys(functions).toSorted()).toEqual(Object.keys(operations).toSorted());
});

test('an operation tells how much it computes', () => {
  // Two rows of four outputs, each a sum of three products; the way back twice as much.
  expect(operations.dense.flops({ m: 2, k: 3, n: 4, relu: 0 })).toBe(2 * 2 * 3 * 4);
  expect(operations.denseBackward.flops({ m: 2, k: 3, n: 4 })).toBe(4 * 2 * 3 * 4);
  const image = { batch: 2, height: 5, width: 5, outHeight: 3, outWidth: 3, kernelHeight: 3, kernelWidth: 3 };
  const steps = { strideY: 1, strideX: 1, dilationY: 1, dilationX: 1, top: 0, left: 0 };
  const conv = { ...image, ...steps, inChannels: 4, outChannels: 5, relu: 0 };
  expect(operations.conv2d.flops(conv)).toBe(2 * (2 * 3 * 3) * (3 * 3) * 4 * 5);
});

/** Runs random cases in two ways: what they leave in the buffers must be the same but for rounding. */
function compare(kernel: Kernel, run: (given: TensorCase) => Buffers): void {
  for (let seed = 0; seed < CASES; seed++) {
    const given = tensorCases[kernel.id]!(stream(seed));
    const found = run(given);
    kernel.run(given.buffers, given.dims);
    kernel.buffers.forEach(({ name, access }, i) => {
      const expected = given.buffers[i];
      if (!expected || access === 'read') return;
      // A sum of numbers near 1 may come to next to nothing; its rounding does not.
      const summed = access === 'update' ? [1] : [];
      const told = `${name} of ${kernel.id}, seed ${seed}: ${JSON.stringify(given.dims)}`;
      expect(relativeError([...found[i]!, ...summed], [...expected, ...summed]), told).toBeLessThan(TOLERANCE);
    });
  }
}

test.for(kernels)('the plain loops of $id do in single precision what they do in double', (kernel) => {
  compare(kernel, ({ buffers, dims }) => {
    const single = buffers.map((buffer) => buffer && Float32Array.from(buffer));
    kernel.run(single, dims);
    return single;
  });
});

// Node 20 knows the fused products, but only when asked.
setFlagsFromString('--experimental-wasm-relaxed-simd');
const canFuse = planProgram(new WebAssembly.Memory({ initial: 1 })).isFused;

describe.for(['plain', 'fused'] as const)('the %s build', (build) => {
  test.skipIf(build === 'fused' && !canFuse).for(kernels)(
    '$id does what its plain loops do in double precision',
    (kernel) => compare(kernel, (given) => runInWasm(kernel, given, build)),
  );
});

test.for(Object.entries(PLAN_PROGRAMS))('%s is what stands in kernels/wasm/assembly', async ([name, options]) => {
  const committed = readFileSync(`${root}/kernels/wasm/${name}.ts`, 'utf8');
  expect(planProgramModule(name, await compilePlanProgram(options))).toBe(committed);
});
