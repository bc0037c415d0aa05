import * as tf from '@tensorflow/tfjs-core';

/** Puts a gradient in place of the registered one; returns the way back. */
export function plantGradient(kernelName: string, change: (gradient: tf.Tensor) => tf.Tensor): () => void {
  const honest = tf.getGradient(kernelName)!;
  const faulty: tf.GradConfig = {
    ...honest,
    gradFunc: (dy, saved, attributes) => {
      const gradients = honest.gradFunc(dy, saved, attributes);
      const changed = Object.entries(gradients).map(([name, make]) => [name, () => change(make())]);
      return Object.fromEntries(changed) as typeof gradients;
    },
  };
  return swapGradient(faulty, honest);
}

function swapGradient(faulty: tf.GradConfig, honest: tf.GradConfig): () => void {
  tf.unregisterGradient(faulty.kernelName);
  tf.registerGradient(faulty);
  return () => {
    tf.unregisterGradient(faulty.kernelName);
    tf.registerGradient(honest);
  };
}

/** Puts a kernel in place of a backend's own; returns the way back. */
export function plantKernel(backendName: string, kernelName: string, kernelFunc: tf.KernelFunc): () => void {
  const honest = tf.getKernel(kernelName, backendName)!;
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...honest, kernelFunc });
  return () => {
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel(honest);
  };
}
