import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gradientAt } from '../relevance/walkToInput.ts';
import { inTurn } from '../core/inTurn.ts';
import { readAndDispose } from '../core/readBack.ts';
import type { Model } from '../network/model.ts';

/**
 * The plain gradient as a ranking of pixels: the largest |∂logit/∂x| of a pixel's channels (Simonyan et al. 2014), since a
 * sum over channels would let signs cancel. x is [1, ...input].
 */
export async function gradientMap(
  model: Model,
  x: Tensor,
  target: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const gradient = await inTurn(gradientAt(model, x, target), { signal, what: 'scoring an explanation' });
  const size = tf.tidy(() => (gradient.rank === 4 ? tf.max(tf.abs(gradient), 3) : tf.abs(gradient)));
  gradient.dispose();
  const [values] = await readAndDispose([size]);
  return values!;
}
