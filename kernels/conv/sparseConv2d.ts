import type * as tf from '@tensorflow/tfjs-core';
import { convolutionSparse } from '../wasm/leavingOutZeros.ts';
import { checkConv2d, conv2d } from './conv2d.ts';
import type { ConvOptions } from '../window.ts';

/**
 * {@link conv2d} of an image many of whose numbers are zero, with a kernel that is used once or twice: on wasm, zeros cost
 * little and the kernel is not arranged anew. Not differentiable. Throws as conv2d does.
 */
export function sparseConv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, options: ConvOptions = {}): tf.Tensor4D {
  const window = checkConv2d('sparseConv2d', x, kernel, options);
  return convolutionSparse(x, kernel, window) ?? conv2d(x, kernel, options);
}
