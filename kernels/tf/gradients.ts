// In this order: the gradients read a flag that only the core itself registers.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { conv2dFilterGradient } from '../conv/conv2dFilterGradient.ts';
import { conv2dInputGradient } from '../conv/conv2dInputGradient.ts';
import { depthwiseConv2dFilterGradient } from '../conv/depthwiseConv2dFilterGradient.ts';
import { depthwiseConv2dInputGradient } from '../conv/depthwiseConv2dInputGradient.ts';
import { avgPoolGradient } from '../pool/avgPoolGradient.ts';
import { convAttributes, convOptions, poolWindowOf } from './attributes.ts';

const isDepthwise = true;

/** tfjs refuses the gradient of a dilated convolution; this one takes every stride, dilation and padding. */
const conv2dGradient: tf.GradConfig = {
  kernelName: 'Conv2D',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attributes) => {
    // The tape hands over what the kernel returned and what inputsToSave names: three tensors of rank 4.
    const [upstream, x, filter] = [dy, ...saved] as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const options = convOptions(x.shape, filter.shape, convAttributes(attributes), !isDepthwise);
    return {
      x: () => conv2dInputGradient(upstream, filter, x.shape, options),
      filter: () => conv2dFilterGradient(x, upstream, filter.shape, options),
    };
  },
};

const depthwiseGradient: tf.GradConfig = {
  kernelName: 'DepthwiseConv2dNative',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attributes) => {
    const [upstream, x, filter] = [dy, ...saved] as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const options = convOptions(x.shape, filter.shape, convAttributes(attributes), isDepthwise);
    return {
      x: () => depthwiseConv2dInputGradient(upstream, filter, x.shape, options),
      filter: () => depthwiseConv2dFilterGradient(x, upstream, filter.shape, options),
    };
  },
};

/** tfjs spreads dy over the whole window even where the forward pass left padding out of the mean. */
const meanPoolGradient: tf.GradConfig = {
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attributes) => {
    const [upstream, x] = [dy, ...saved] as [tf.Tensor4D, tf.Tensor4D];
    return { x: () => avgPoolGradient(upstream, x, poolWindowOf(x.shape, attributes)) };
  },
};

/**
 * Registers every gradient of tfjs-core (without this import it has none) and puts ours in place of those that are missing
 * or wrong, for plain tfjs models as well. Runs when the door is imported; call it again after anything that registers
 * tfjs' own gradients anew.
 */
export function registerGradients(): void {
  for (const config of [conv2dGradient, depthwiseGradient, meanPoolGradient]) {
    if (tf.getGradient(config.kernelName)) tf.unregisterGradient(config.kernelName);
    tf.registerGradient(config);
  }
}

registerGradients();
