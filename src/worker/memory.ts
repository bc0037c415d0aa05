import * as tf from '@tensorflow/tfjs-core';
import type { Commands } from './protocol.ts';

/** What the engine holds right now. */
export function memoryInUse(): Commands['memory']['answer'] {
  // Cast: the webgpu backend adds a field that the type does not know. It counts the buffers kept for reuse as well.
  const { numTensors, numBytes, numBytesAllocatedInGPU } = tf.memory() as ReturnType<typeof tf.memory> & {
    numBytesAllocatedInGPU?: number;
  };
  return { tensors: numTensors, bytes: numBytes, deviceBytes: numBytesAllocatedInGPU ?? null };
}
