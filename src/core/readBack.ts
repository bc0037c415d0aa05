import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from './errors.ts';

/** Reads tensors back and frees them, also when one read fails. */
export async function readAndDispose(tensors: readonly Tensor[]): Promise<Float32Array[]> {
  try {
    return await Promise.all(tensors.map(async (t) => Float32Array.from(await t.data())));
  } finally {
    for (const t of tensors) t.dispose();
  }
}

/** Non-finite numbers are reported, never drawn. */
export function checkFinite(values: Float32Array, what: string): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) {
    throw new InputError(`not a finite number: ${what} holds ${values[index]} at ${index}; the run has diverged`, what);
  }
}
