import * as tf from '@tensorflow/tfjs-core';

/** Registers a kernel for one backend in place of the one that may be there (tfjs would warn about the second). */
export function replaceKernel(backendName: string, kernelName: string, kernelFunc: tf.KernelFunc): void {
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ backendName, kernelName, kernelFunc });
}
