import * as tf from '@tensorflow/tfjs-core';
import { checkRank4, convWindow, type ConvOptions, type Shape4D } from '../window.ts';
import { runDepthwiseSigned, spread } from './backendConv.ts';

/**
 * The gradient of {@link depthwiseConv2d} with respect to its input, which also carries relevance backwards.
 * `dy` is [batch, outHeight, outWidth, channels·multiplier]; the result has exactly `inputShape`, with 0 where the kernel
 * never reached. Throws when the shapes do not belong together.
 *
 * One composition on every tier: tfjs' own kernels refuse dilation and do not exist on wasm.
 * dx[…, c] = Σ_q depthwise conv of the spread dy[…, c·m + q] with kernel q of channel c turned by 180°.
 */
export function depthwiseConv2dInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  inputShape: Shape4D,
  options: ConvOptions = {},
): tf.Tensor4D {
  const op = 'depthwiseConv2dInputGradient';
  const [kh, kw, channels, multiplier] = checkRank4(op, 'kernel', kernel.shape, 'height, width, channels, multiplier');
  const { stride, dilation, padding, output } = convWindow(op, inputShape, [kh, kw], options);
  const [batch, height, width] = inputShape;
  const expected = [batch, ...output, channels * multiplier];
  if (inputShape[3] !== channels || `${dy.shape}` !== `${expected}`) {
    throw new Error(
      `${op} shapes do not belong together: dy [${dy.shape}], kernel [${kernel.shape}], input [${inputShape}]; ` +
        `this kernel on this input gives dy [${expected}] and needs ${channels} input channels`,
    );
  }
  return tf.tidy(() => {
    const turned = tf.reshape(tf.reverse(kernel, [0, 1]), [kh, kw, channels * multiplier, 1]) as tf.Tensor4D;
    const wide = spread(dy, stride);
    const reach = [(kh - 1) * dilation[0], (kw - 1) * dilation[1]] as const;
    const above = reach[0] - padding[0];
    const left = reach[1] - padding[2];
    const below = height + reach[0] - wide.shape[1] - above;
    const right = width + reach[1] - wide.shape[2] - left;
    const dx = runDepthwiseSigned(wide, turned, [1, 1], dilation, [above, below, left, right]);
    if (multiplier === 1) return dx;
    return tf.reshape(tf.sum(tf.reshape(dx, [batch * height * width, channels, multiplier]), 2), [...inputShape]);
  });
}
