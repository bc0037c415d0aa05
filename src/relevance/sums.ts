import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A map as it is shown, [batch, height, width] or [batch, features]: relevance summed over the input's channels. */
export const channelsSummed = (r: Tensor): Tensor => (r.rank === 4 ? tf.sum(r, 3) : r);

/** Relevance per channel, [batch, channels]: summed over space. */
export const spaceSummed = (r: Tensor): Tensor => (r.rank === 4 ? tf.sum(r, [1, 2]) : r);
