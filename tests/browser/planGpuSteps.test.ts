import { webgpuExecutor } from '#kernels';
import { random } from '#src';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { drawn } from '../support/allKinds.ts';
import { relativeError } from '../support/finiteDifference.ts';
import { gpuDevice } from '../support/gpuDevice.ts';
import { drawnLabels, exactly, fill, plannedStep } from '../support/plannedNet.ts';
import { plannedUnits } from '../support/plannedUnits.ts';

// Many steps in one submit, each with numbers of its own.

const STEPS = 4;
const PARTS = ['forward', 'backward', 'update'] as const;

let device: GPUDevice;
let problems: readonly string[];
beforeAll(async () => {
  ({ device, problems } = await gpuDevice());
});
afterEach(() => expect(problems).toEqual([]));

/** A unit on the GPU, its weights written, and what it is fed. */
async function started(name: string, batch: number) {
  const { net } = plannedUnits.find((unit) => unit.name === name)!;
  const step = plannedStep(net, { batch, optimizer: 'momentum' });
  const fed = [step.input, step.labels, step.key, ...step.scalars.values()];
  const gpu = await webgpuExecutor(step.plan, device, { fed, collected: [step.loss], steps: STEPS });
  const { weights } = drawn(net, { samples: 1, seed: 2 });
  for (const [own, buffer] of step.weights) gpu.write(buffer, weights[own]!);
  return { net, step, gpu, weights };
}

test.for(['MLP-S', 'CNN-S'])('four steps of %s in one submit are those of float64', async (name) => {
  const batch = 6;
  const { net, step, gpu, weights } = await started(name, batch);
  const exact = exactly(step);
  const expected: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const { x } = drawn(net, { samples: batch, seed: i });
    const labels = drawnLabels(net, batch, i);
    gpu.slot(i, step.input).set(x.data);
    gpu.slot(i, step.labels).set(labels);
    if (i === 0) fill(step, exact, weights, x.data, labels);
    exact.view(step.input).set(x.data);
    exact.view(step.labels).set(labels);
    for (const [scalar, buffer] of step.scalars) {
      const value = Math.fround(scalar === 'decay' ? 0 : 0.01 + 0.02 * random(i, scalar).uniform());
      gpu.slot(i, buffer)[0] = value;
      exact.view(buffer)[0] = value;
    }
    for (const part of PARTS) exact.run(part);
    expected.push(exact.view(step.loss)[0]!);
  }
  const [found] = await gpu.run(PARTS, STEPS);
  expect(
    relativeError(
      found!.map(([loss]) => loss!),
      expected,
    ),
  ).toBeLessThan(1e-5);
  for (const buffer of step.weights.values()) {
    expect(relativeError(await gpu.read(buffer), exact.view(buffer))).toBeLessThan(1e-4);
  }
  const perStep = PARTS.reduce((sum, part) => sum + gpu.dispatches[part], 0);
  expect(gpu.counts).toMatchObject({ submits: 1, dispatches: STEPS * perStep });
  gpu.dispose();
});

test('fifty runs make no buffers beyond those of the first', async () => {
  const { gpu } = await started('MLP-S', 32);
  await gpu.run(PARTS, STEPS);
  const { bytes } = gpu;
  let made = 0;
  const createBuffer = device.createBuffer;
  device.createBuffer = function (...args) {
    made++;
    return createBuffer.apply(this, args);
  };
  for (let i = 0; i < 50; i++) await gpu.run(PARTS, STEPS);
  device.createBuffer = createBuffer;
  expect({ made, bytes: gpu.bytes, submits: gpu.counts.submits }).toEqual({ made: 0, bytes, submits: 51 });
  gpu.dispose();
});
