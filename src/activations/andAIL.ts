import * as tf from '@tensorflow/tfjs-core';
import { negativePart } from './groups.ts';
import { defineActivation } from './activation.ts';

/** Logit of "both": a cheap stand-in for the exact AND of two independent features given as logits. */
export const andAIL = defineActivation({
  id: 'andAIL',
  title: 'AND, approximate, on logits',
  arity: 2,
  isHomogeneous: true,
  formula: '\\min(x, 0) + \\min(y, 0) + \\max(0, \\min(x, y))',
  source: 'Lowe et al. 2022',
  scalar: ([x, y]) => (x! < 0 && y! < 0 ? x! + y! : Math.min(x!, y!)),
  apply: ([x, y]) => {
    // Any negative input: the negative parts add up. None: the smaller one. Ties go to the first.
    const negative = tf.add(negativePart(x!), negativePart(y!));
    return tf.add(negative, tf.relu(tf.minimum(x!, y!)));
  },
});
