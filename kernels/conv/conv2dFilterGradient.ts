import * as tf from '@tensorflow/tfjs-core';
import { checkRank4, convWindow, type ConvOptions, type Shape4D, type Window } from '../window.ts';
import { kernelAttributes, runConv2dSigned } from './backendConv.ts';

/**
 * The gradient of {@link conv2d} with respect to its kernel.
 * `x` is [batch, height, width, channels], `dy` [batch, outHeight, outWidth, filters]; the result has exactly `kernelShape`,
 * [height, width, channels, filters]. Throws when the shapes do not belong together.
 */
export function conv2dFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  kernelShape: Shape4D,
  options: ConvOptions = {},
): tf.Tensor4D {
  const op = 'conv2dFilterGradient';
  const input = checkRank4(op, 'input', x.shape, 'batch, height, width, channels');
  const [kh, kw, channels, filters] = kernelShape;
  const window = convWindow(op, input, [kh, kw], options);
  const [height, width] = window.output;
  const expected = [input[0], height, width, filters];
  if (input[3] !== channels || `${dy.shape}` !== `${expected}`) {
    throw new Error(
      `${op} shapes do not belong together: input [${input}], dy [${dy.shape}], kernel [${kernelShape}]; ` +
        `this kernel on this input gives dy [${expected}] and needs ${channels} input channels`,
    );
  }
  const isDilated = window.dilation[0] > 1 || window.dilation[1] > 1;
  return tf.tidy(() =>
    isDilated || tf.getBackend() === 'wasm'
      ? throughConv(x, dy, kernelShape, window)
      : native(x, dy, kernelShape, window),
  );
}

function native(x: tf.Tensor4D, dy: tf.Tensor4D, kernelShape: Shape4D, { stride, padding }: Window): tf.Tensor4D {
  const attributes = { ...kernelAttributes(stride, [1, 1], padding), filterShape: [...kernelShape] };
  return tf.engine().runKernel<tf.Tensor4D>('Conv2DBackpropFilter', { x, dy }, attributes);
}

/**
 * dk[ky, kx, ci, co] = Σ_{n, oy, ox} x[n, oy·s + ky·d − pad, …, ci] · dy[n, oy, ox, co] is itself a convolution: of x read
 * as [channels, height, width, batch] with dy read as a kernel [outHeight, outWidth, batch, filters], where stride and
 * dilation change places.
 *
 * Measured on wasm against patches (im2col) or single taps with a matrix product: 2 to 50 times faster, because XNNPACK
 * packs the operands itself while tfjs copies them by scalar code (64x28x28x8, 3x3 stride 2 to 12 filters: 2.4 ms against
 * 134 and 137; 64x14x14x12 to 16: 2.9 against 18 and 9).
 */
function throughConv(x: tf.Tensor4D, dy: tf.Tensor4D, [kh, kw]: Shape4D, window: Window): tf.Tensor4D {
  const { stride, dilation, padding, output } = window;
  // The rows the taps reach, from −top on; what lies below them (a stride that does not fit) plays no part.
  const below = (kh - 1) * dilation[0] + (output[0] - 1) * stride[0] + 1 - x.shape[1] - padding[0];
  const right = (kw - 1) * dilation[1] + (output[1] - 1) * stride[1] + 1 - x.shape[2] - padding[2];
  const byChannel = tf.transpose(x, [3, 1, 2, 0]);
  const asKernel = tf.transpose(dy, [1, 2, 0, 3]);
  const sides = [padding[0], below, padding[2], right] as const;
  return tf.transpose(runConv2dSigned(byChannel, asKernel, dilation, stride, sides), [1, 2, 0, 3]);
}
