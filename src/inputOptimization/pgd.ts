import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { choice, flag, real, whole } from '../core/options.ts';
import { random } from '../core/random.ts';
import { euclideanNorm, overNorm } from './gradientSteps.ts';
import { defineInputOptimization } from './inputOptimization.ts';
import { range } from './optimize.ts';

type Norm = 'linf' | 'l2';

/**
 * Many small steps up the loss of the label, or down the loss of the class it should be taken for, kept within epsilon
 * of the image. Madry et al. 2018, "Towards deep learning models resistant to adversarial attacks", section 2.1; the
 * l2 form steps along g / ‖g‖.
 */
export const pgd = defineInputOptimization({
  id: 'pgd',
  title: 'Projected gradient descent',
  summary: 'Many small steps that stay near the image: the stronger attack, to hold a fast one against.',
  source: 'Madry, Makelov, Schmidt, Tsipras and Vladu 2018',
  // Π projects onto the images within ε of the start
  formula:
    'x \\leftarrow \\operatorname{clip}(\\Pi_{\\|x - x_0\\| \\le \\epsilon}(x \\pm \\alpha \\operatorname{sign} \\nabla_x L(x, y)))',
  options: {
    norm: choice<Norm>('linf', ['linf', 'l2'], 'what epsilon bounds: each pixel, or the whole change'),
    epsilon: real(0.1, 'how far the image may move', 0, 10),
    stepSize: real(0.02, 'length of a step', 0, 10),
    steps: whole(20, 'number of steps', 1, 500),
    targeted: flag(false, 'moves towards the class instead of away from it'),
    randomStart: flag(false, 'starts at a random image within epsilon'),
    ...range,
  },
  targets: ['label'],
  plan: ({ norm, epsilon, stepSize, steps, targeted, randomStart, low, high }, { seed }) => ({
    steps,
    range: { low, high },
    start: (origin) => (randomStart ? tf.add(origin, randomIn(norm, epsilon, origin.shape, seed)) : origin),
    next({ x, g, origin }) {
      const direction = norm === 'linf' ? tf.sign(g) : overNorm(g);
      const delta = tf.sub(tf.add(x, tf.mul(targeted ? -stepSize : stepSize, direction)), origin);
      return tf.add(origin, project(norm, epsilon, delta));
    },
  }),
});

/** The nearest change within epsilon: clamped pixel by pixel, or rescaled as a whole. */
function project(norm: Norm, epsilon: number, delta: Tensor): Tensor {
  if (norm === 'linf') return tf.clipByValue(delta, -epsilon, epsilon);
  return tf.mul(delta, tf.minimum(1, tf.divNoNan(epsilon, euclideanNorm(delta))));
}

/** A random change, evenly spread over all that are within epsilon. */
function randomIn(norm: Norm, epsilon: number, shape: number[], seed: number): Tensor {
  const source = random(seed, 'pgd');
  const length = shape.reduce((product, n) => product * n, 1);
  if (norm === 'linf') {
    return tf.tensor(
      Float32Array.from({ length }, () => epsilon * (2 * source.uniform() - 1)),
      shape,
    );
  }
  // A ball's volume grows with the radius to the power of its dimension.
  const radius = epsilon * Math.pow(source.uniform(), 1 / length);
  const direction = overNorm(
    tf.tensor(
      Float32Array.from({ length }, () => source.normal()),
      shape,
    ),
  );
  return tf.mul(radius, direction);
}
