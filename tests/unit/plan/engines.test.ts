import * as tf from '@tensorflow/tfjs-core';
import {
  activations,
  build,
  defineActivation,
  layers,
  network,
  startEngine,
  startTraining,
  vocabulary,
  type NodeSpec,
  type TrainingEngine,
} from '#src';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { messageOf } from '../message.ts';
import { blobs } from '../training/runs.ts';

beforeAll(() => startEngine({ tier: 'cpu' }));
afterEach(() => void vi.unstubAllGlobals());

const data = blobs([2]);
const coded = defineActivation({
  id: 'coded',
  title: 'Coded',
  formula: 'x^3',
  source: 'this test',
  scalar: ([x]) => x! ** 3,
  apply: ([x]) => tf.mul(x!, tf.square(x!)),
});
const words = { ...vocabulary, activations: activations.with(coded) };
const plain: readonly NodeSpec[] = [{ kind: 'dense', units: 2 }];
const outside: readonly NodeSpec[] = [
  { kind: 'dense', units: 2 },
  { kind: 'activate', id: 'bend', fn: 'coded' },
];

/** The engine of a run, and why. */
function chosen(nodes: readonly NodeSpec[], engine?: TrainingEngine | 'auto') {
  const model = build(network([2], nodes, words), { seed: 1 });
  try {
    const trainer = startTraining(model, data, {}, engine ? { engine } : {});
    const { engine: choice } = trainer;
    trainer.dispose();
    return choice;
  } finally {
    model.dispose();
  }
}

test('every kind of node and every activation can be held by a plan', () => {
  expect([...layers].filter(({ lower }) => !lower).map(({ id }) => id)).toEqual([]);
  expect([...activations].filter(({ elementwise }) => !elementwise).map(({ id }) => id)).toEqual([]);
});

test('a net that fits into a plan is trained by one', () => {
  expect(chosen(plain)).toEqual({ engine: 'wasm', why: 'the whole net fits into a plan' });
});

test('a net that does not is trained by tfjs, and the node is named', () => {
  expect(chosen(outside)).toEqual({
    engine: 'tfjs',
    why: 'node "bend" keeps the net off the fast path: the activation "coded" has no formula',
  });
});

test('without WebAssembly a plan runs in typed arrays', async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  const { mayRunWasm } = await import('#kernels');
  expect(mayRunWasm()).toBe(false);
});

test.for(['wasm', 'js', 'tfjs'] as const)('%s can be asked for', (engine) => {
  expect(chosen(plain, engine)).toEqual({ engine, why: 'asked for' });
});

test('an engine that cannot hold the net, or is none, is refused', () => {
  expect(messageOf(() => chosen(outside, 'js'))).toBe(
    'no plan for node "bend": the activation "coded" has no formula; use engine tfjs or auto',
  );
  expect(messageOf(() => chosen(plain, 'cuda' as TrainingEngine))).toBe(
    'unknown engine: "cuda"; known: auto, wasm, js, tfjs',
  );
});
