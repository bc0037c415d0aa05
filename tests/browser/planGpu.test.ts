import { ABSENT, operations, webgpuExecutor, type Kernel, type Plan } from '#kernels';
import { losses, network } from '#src';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { allKinds, drawn } from '../support/allKinds.ts';
import { relativeError } from '../support/finiteDifference.ts';
import { gpuDevice } from '../support/gpuDevice.ts';
import { stream } from '../support/kernelCases.ts';
import { randomNet } from '../support/plainNetRandom.ts';
import { drawnLabels, exactly, fill, plannedStep, type PlannedSettings } from '../support/plannedNet.ts';
import { tensorCases, type TensorCase } from '../support/planTensorCases.ts';

// Plans on the GPU against the same plans in float64.

/** Float32, and sums in another order; relative to the largest entry. */
const OPERATION_TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 1e-4;
const CASES = 4;
/** Threads that wait for each other take a software adapter a thousand times as long. */
const WAITING_CASES = 2;
const BATCH = 5;
const PARTS = ['forward', 'backward', 'update'] as const;

let device: GPUDevice;
let problems: readonly string[];
beforeAll(async () => {
  ({ device, problems } = await gpuDevice());
});
afterEach(() => expect(problems).toEqual([]));

const largest = (numbers: ArrayLike<number>) => Math.max(0, ...Array.from(numbers, Math.abs));
const difference = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
  largest(Array.from(expected, (value, i) => value - found[i]!));

/** A plan of one operation, its buffers side by side. */
function planOf(kernel: Kernel, { dims, buffers }: TensorCase): Plan<'all'> {
  let floats = 0;
  const places = buffers.map((numbers, i) => {
    const at = floats;
    floats += 64 * Math.ceil((numbers?.length ?? 0) / 64);
    return { name: `${i}`, at, size: numbers?.length ?? 0 };
  });
  const numbered = buffers.map((numbers, i) => (numbers ? i : ABSENT));
  return { buffers: places, floats, parts: { all: [{ kernel, dims, buffers: numbered }] } };
}

/** Names and errors of an operation's buffers that are off on the GPU. */
async function missesOf(kernel: Kernel, given: TensorCase, mayWait: boolean): Promise<string[]> {
  const executor = await webgpuExecutor(planOf(kernel, given), device, { mayWait, tilesFrom: 0 });
  const exact = given.buffers.map((numbers) => numbers?.slice() ?? null);
  given.buffers.forEach((numbers, i) => numbers && executor.write(i, numbers));
  kernel.run(exact, given.dims);
  await executor.run(['all']);
  const misses: string[] = [];
  for (const [i, expected] of exact.entries()) {
    if (!expected) continue;
    const error = difference(await executor.read(i), expected) / (largest(expected) || 1);
    if (!(error < OPERATION_TOLERANCE)) misses.push(`${kernel.buffers[i]!.name}: ${error} ${JSON.stringify(given)}`);
  }
  executor.dispose();
  return misses;
}

const waiting = ['dense', 'denseBackward', 'conv2d', 'conv2dBackward', 'batchNorm', 'batchNormBackward', 'mse'];
const kinds = [
  ...Object.keys(tensorCases).map((id) => ({ id, mayWait: false })),
  ...[...waiting, 'softmaxCrossEntropy', 'binaryCrossEntropy'].map((id) => ({ id, mayWait: true })),
];

test.for(kinds)('$id is that of float64; threads wait for each other: $mayWait', async ({ id, mayWait }) => {
  const random = stream(id.length);
  // Cast: the family by id.
  const kernel = (operations as unknown as Record<string, Kernel>)[id]!;
  const cases = Array.from({ length: mayWait ? WAITING_CASES : CASES }, () => tensorCases[id]!(random));
  const misses = await Promise.all(cases.map((given) => missesOf(kernel, given, mayWait)));
  expect(misses.flat()).toEqual([]);
});

/** One step on the GPU and in float64; the largest error of the loss, the gradients and what the step wrote. */
async function compare(net: typeof allKinds, seed: number, settings: PlannedSettings & { mayWait?: boolean } = {}) {
  const { weights, x } = drawn(net, { samples: BATCH, seed });
  const step = plannedStep(net, { batch: BATCH, ...settings });
  const exact = exactly(step);
  fill(step, exact, weights, x.data, drawnLabels(net, BATCH, seed));
  for (const buffer of step.scalars.values()) exact.view(buffer)[0] = Math.fround(0.1);
  const gpu = await webgpuExecutor(step.plan, device, { mayWait: settings.mayWait ?? false, tilesFrom: 0 });
  for (const buffer of [...step.weights.values(), ...step.scalars.values(), step.input, step.labels, step.key]) {
    gpu.write(buffer, exact.view(buffer));
  }
  for (const part of PARTS) exact.run(part);
  await gpu.run(PARTS);
  const over = async (buffers: Iterable<number>, error: typeof difference) => {
    const found = await Promise.all(Array.from(buffers, (buffer) => gpu.read(buffer)));
    return Math.max(0, ...Array.from(buffers, (buffer, i) => error(found[i]!, exact.view(buffer))));
  };
  const steepest = Math.max(...Array.from(step.gradients.values(), (buffer) => largest(exact.view(buffer))));
  const errors = {
    loss: await over([step.loss], relativeError),
    gradients: (await over([...step.gradients.values()], difference)) / steepest,
    weights: await over([...step.weights.values()], relativeError),
    slots: await over([...step.slots.values()], difference),
  };
  gpu.dispose();
  return errors;
}

const layersInARow = network(
  [5, 4, 2],
  [
    { kind: 'conv2d', filters: 4, size: [2, 1] },
    { kind: 'activate', fn: 'relu', id: 'skip' },
    { kind: 'conv2d', filters: 4, size: 1, bias: false },
    { kind: 'batchNorm' },
    { kind: 'add', from: ['batchNorm1', 'skip'] },
    { kind: 'activate', fn: 'tanh' },
    { kind: 'flatten' },
    { kind: 'dense', units: 3 },
  ],
);
const nets = [
  { name: 'every kind', net: allKinds, mayWait: false },
  { name: 'layers whose threads wait', net: layersInARow, mayWait: true },
  ...[2, 5, 9].map((seed) => ({ name: `random ${seed}`, net: randomNet(seed), mayWait: false })),
];

test.for(nets)('a step of $name is that of float64', async ({ net, mayWait }, { expect: check }) => {
  const errors = await compare(net, 3, { mayWait, optimizer: 'momentum', weightDecay: 0.01 });
  check(errors.loss).toBeLessThan(1e-5);
  check(errors.gradients).toBeLessThan(GRADIENT_TOLERANCE);
  check(errors.weights).toBeLessThan(GRADIENT_TOLERANCE);
  check(errors.slots).toBeLessThan(GRADIENT_TOLERANCE);
});

const lossCases = [...losses].flatMap(({ id, outputs }) =>
  [...new Set([outputs(2), outputs(10)])].map((count) => ({ id, outputs: count })),
);

test.for(lossCases)('loss $id on $outputs outputs is that of float64', async ({ id, outputs }) => {
  const net = network([4], [{ kind: 'dense', units: 6 }, { kind: 'activate' }, { kind: 'dense', units: outputs }]);
  const errors = await compare(net, 4, { loss: id });
  expect(errors.loss).toBeLessThan(1e-5);
  expect(errors.gradients).toBeLessThan(GRADIENT_TOLERANCE);
});

test('values on the way are stored where they are wanted', async () => {
  const net = network(
    [3],
    [
      { kind: 'dense', units: 4 },
      { kind: 'activate', fn: 'tanh' },
      { kind: 'dense', units: 2 },
    ],
  );
  const { weights, x } = drawn(net, { samples: BATCH, seed: 1 });
  const step = plannedStep(net, { batch: BATCH });
  const before = step.plan.buffers.findIndex(({ name }) => name === 'dense1');
  const exact = exactly(step);
  fill(step, exact, weights, x.data, drawnLabels(net, BATCH));
  exact.run('forward');
  const gpu = await webgpuExecutor(step.plan, device, { wanted: [before] });
  for (const buffer of [...step.weights.values(), step.input]) gpu.write(buffer, exact.view(buffer));
  await gpu.run(['forward']);
  expect(relativeError(await gpu.read(before), exact.view(before))).toBeLessThan(OPERATION_TOLERANCE);
  gpu.dispose();
});

test('what is too large for the device is refused at once', async () => {
  const size = 2 ** 30;
  const plan: Plan<'all'> = {
    buffers: [{ name: 'y', at: 0, size }],
    floats: size,
    parts: { all: [{ kernel: operations.fill as unknown as Kernel, buffers: [0], dims: { size, value: 1 } }] },
  };
  const most = Math.ceil(device.limits.maxBufferSize / 2 ** 20);
  await expect(webgpuExecutor(plan, device)).rejects.toThrow(
    new Error(`too large for this GPU: 4096 MB at once; it takes ${most} MB, try a smaller batch`),
  );
});
