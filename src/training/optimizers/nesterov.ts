import * as tf from '@tensorflow/tfjs-core';
import { real } from '../../core/options.ts';
import { defineOptimizer } from './optimizer.ts';

export const nesterov = defineOptimizer({
  id: 'nesterov',
  title: 'Nesterov momentum',
  formula: 'v \\leftarrow \\mu v + g, \\; w \\leftarrow w - \\eta (g + \\mu v)',
  source: 'Sutskever, Martens, Dahl and Hinton 2013',
  options: { momentum: real(0.9, 'share of the last velocity that is kept', 0, 0.9999) },
  slots: ['velocity'],
  learningRate: 0.02,
  decoupled: false,
  update({ weight, gradient, slots, learningRate, options: { momentum } }) {
    const velocity = tf.add(tf.mul(slots.velocity!, momentum), gradient);
    const ahead = tf.add(gradient, tf.mul(velocity, momentum));
    return { weight: tf.sub(weight, tf.mul(ahead, learningRate)), slots: { velocity } };
  },
});
