import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { readAndDispose } from '../core/readBack.ts';
import { forward, outputOf } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import { logitOf } from '../relevance/logits.ts';

/**
 * The plain gradient as a ranking of pixels: the largest |∂logit/∂x| of a pixel's channels (Simonyan et al. 2014), since a
 * sum over channels would let signs cancel. x is [1, ...input].
 */
export async function gradientMap(model: Model, x: Tensor, target: number): Promise<Float32Array> {
  const column = logitOf(model.network, target);
  const map = tf.tidy(() => {
    const f = (input: Tensor) => tf.slice(outputOf(model, forward(model, input)), [0, column], [1, 1]);
    const size = tf.abs(tf.grad(f)(x));
    return size.rank === 4 ? tf.max(size, 3) : size;
  });
  const [values] = await readAndDispose([map]);
  return values!;
}
