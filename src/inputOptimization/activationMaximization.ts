import * as tf from '@tensorflow/tfjs-core';
import { choice, real, whole } from '../core/options.ts';
import { random } from '../core/random.ts';
import { overMean } from './gradientSteps.ts';
import { defineInputOptimization } from './inputOptimization.ts';
import { range } from './optimize.ts';

/**
 * Gradient ascent on a logit or a channel, with a penalty l2·‖x‖² that keeps the image small. Erhan et al. 2009,
 * "Visualizing higher-layer features of a deep network", section 3; Simonyan et al. 2014, "Deep inside convolutional
 * networks", equation 1.
 */
export const activationMaximization = defineInputOptimization({
  id: 'activationMaximization',
  title: 'Activation maximisation',
  summary: 'Climbs from a blank image to one that a class or a channel answers to most.',
  source: 'Erhan, Bengio, Courville and Vincent 2009; Simonyan, Vedaldi and Zisserman 2014',
  // f the target, η the step, λ the penalty
  formula: 'x \\leftarrow x + \\eta \\, (\\nabla_x f(x) - 2 \\lambda x)',
  options: {
    stepSize: real(0.05, 'length of a step', 0, 10),
    steps: whole(40, 'number of steps', 1, 500),
    l2: real(0.01, 'penalty on large pixels', 0, 1),
    normalize: choice('meanAbs', ['none', 'meanAbs'], 'whether the gradient is divided by its mean size'),
    start: choice('zeros', ['zeros', 'noise', 'image'], 'where the climb starts'),
    ...range,
  },
  targets: ['logit', 'channel'],
  plan: ({ stepSize, steps, l2, normalize, start, low, high }, { seed }) => ({
    steps,
    range: { low, high },
    origin(x) {
      if (start === 'image') return x;
      if (start === 'zeros') return tf.zerosLike(x);
      const source = random(seed, 'activationMaximization');
      return tf.tensor(
        Float32Array.from({ length: x.size }, () => low + (high - low) * source.uniform()),
        x.shape,
      );
    },
    next({ x, g }) {
      const slope = normalize === 'none' ? g : overMean(g);
      return tf.add(x, tf.mul(stepSize, tf.sub(slope, tf.mul(2 * l2, x))));
    },
  }),
});
