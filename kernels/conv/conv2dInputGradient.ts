import * as tf from '@tensorflow/tfjs-core';
import { inputGradientSparse } from '../wasm/leavingOutZeros.ts';
import { checkRank4, convWindow, type ConvOptions, type Padding, type Shape4D, type Window } from '../window.ts';
import { kernelAttributes, runConv2dSigned, shape4, spread } from './backendConv.ts';

/**
 * The gradient of {@link conv2d} with respect to its input: the transposed convolution T(dy; kernel).
 * `dy` is [batch, outHeight, outWidth, filters], `kernel` [height, width, channels, filters]; the result has exactly
 * `inputShape`, with 0 where the kernel never reached. Linear, so it also carries relevance backwards.
 * Throws when the shapes do not belong together.
 */
export function conv2dInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  inputShape: Shape4D,
  options: ConvOptions = {},
): tf.Tensor4D {
  const window = checkInputGradient('conv2dInputGradient', dy, kernel, inputShape, options);
  const isDilated = window.dilation[0] > 1 || window.dilation[1] > 1;
  // On wasm tfjs' own kernel is plain scalar code: 3 to 9 times slower than the convolutions below (64x14x14x12, 3x3 to
  // 16 filters: 17.9 ms against 2.6; 64x28x28x8, stride 2: 13.5 against 4.6; the spread form takes 6.4 there).
  return (
    inputGradientSparse(dy, kernel, inputShape, window) ??
    tf.tidy(() =>
      isDilated
        ? throughSpread(dy, kernel, inputShape, window)
        : tf.getBackend() === 'wasm'
          ? throughPhases(dy, kernel, inputShape, window)
          : native(dy, kernel, inputShape, window),
    )
  );
}

/** The window of the convolution that `dy` is the gradient of, once its shapes belong together. */
export function checkInputGradient(
  op: string,
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  inputShape: Shape4D,
  options: ConvOptions,
): Window {
  const [kh, kw, channels, filters] = checkRank4(op, 'kernel', kernel.shape, 'height, width, channels, filters');
  const window = convWindow(op, inputShape, [kh, kw], options);
  const [height, width] = window.output;
  const expected = [inputShape[0], height, width, filters];
  if (inputShape[3] !== channels || `${dy.shape}` !== `${expected}`) {
    throw new Error(
      `${op} shapes do not belong together: dy [${dy.shape}], kernel [${kernel.shape}], input [${inputShape}]; ` +
        `this kernel on this input gives dy [${expected}] and needs ${channels} input channels`,
    );
  }
  return window;
}

function native(dy: tf.Tensor4D, filter: tf.Tensor4D, inputShape: Shape4D, { stride, padding }: Window): tf.Tensor4D {
  const attributes = { ...kernelAttributes(stride, [1, 1], padding), inputShape: [...inputShape] };
  return tf.engine().runKernel<tf.Tensor4D>('Conv2DBackpropInput', { dy, filter }, attributes);
}

/**
 * dx = conv(dy with stride − 1 zeros between its pixels, kernel turned by 180° with its channel axes swapped), at the same
 * dilation. Right for everything; wasteful when the stride is above 1.
 */
function throughSpread(dy: tf.Tensor4D, kernel: tf.Tensor4D, inputShape: Shape4D, window: Window): tf.Tensor4D {
  const { size, stride, dilation, padding } = window;
  const turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]);
  const wide = spread(dy, stride);
  // Row r of dx meets the kernel's last tap at spread row r + top − reach; missing rows below are padding, too.
  const reach = [(size[0] - 1) * dilation[0], (size[1] - 1) * dilation[1]] as const;
  const above = reach[0] - padding[0];
  const left = reach[1] - padding[2];
  const below = inputShape[1] + reach[0] - wide.shape[1] - above;
  const right = inputShape[2] + reach[1] - wide.shape[2] - left;
  return runConv2dSigned(wide, turned, [1, 1], dilation, [above, below, left, right]);
}

/**
 * dx without the zeros of the spread form: input row u = s·q + a only meets taps k = s·m + a, so each of the sy·sx phases a
 * is a small stride-1 convolution of dy, and all of them are one convolution with sy·sx·channels filters:
 * dx[s·q + a] = Σ_m dy[q − m] · k[s·m + a]. The phases are then interleaved.
 */
function throughPhases(dy: tf.Tensor4D, kernel: tf.Tensor4D, inputShape: Shape4D, window: Window): tf.Tensor4D {
  const [sy, sx] = window.stride;
  if (sy === 1 && sx === 1) return throughSpread(dy, kernel, inputShape, window);
  const [top, , left] = window.padding;
  const [batch, height, width, channels] = inputShape;
  const taps = [Math.ceil(window.size[0] / sy), Math.ceil(window.size[1] / sx)] as const;
  // Phase rows that hold rows top … top + height − 1 of the padded input, columns likewise.
  const rows = [Math.floor(top / sy), Math.floor((top + height - 1) / sy)] as const;
  const columns = [Math.floor(left / sx), Math.floor((left + width - 1) / sx)] as const;
  const [phaseHeight, phaseWidth] = [rows[1] - rows[0] + 1, columns[1] - columns[0] + 1];

  const sides: Padding = [
    taps[0] - 1 - rows[0],
    rows[1] - (dy.shape[1] - 1),
    taps[1] - 1 - columns[0],
    columns[1] - (dy.shape[2] - 1),
  ];
  const phases = runConv2dSigned(dy, phaseKernel(kernel, taps, window), [1, 1], [1, 1], sides);
  const split = tf.reshape(phases, [batch * phaseHeight, phaseWidth, sy, sx * channels]);
  const woven = tf.reshape<tf.Rank.R4>(tf.transpose(split, [0, 2, 1, 3]), [
    batch,
    phaseHeight * sy,
    phaseWidth * sx,
    channels,
  ]);
  const start = [0, top - rows[0] * sy, left - columns[0] * sx, 0];
  // Often nothing is to cut, and a slice copies all the same.
  if (start.every((first) => first === 0) && `${woven.shape}` === `${inputShape}`) return woven;
  return tf.slice(woven, start, [batch, height, width, channels]);
}

/** [kh, kw, ci, co] as [taps y, taps x, co, sy·sx·ci]: tap m of phase a is k[s·m + a], in reverse order of m. */
function phaseKernel(
  kernel: tf.Tensor4D,
  [my, mx]: readonly [number, number],
  { stride: [sy, sx] }: Window,
): tf.Tensor4D {
  const [kh, kw, ci, co] = shape4(kernel);
  const padded = tf.pad(kernel, [[0, my * sy - kh], [0, mx * sx - kw], [0, 0], [0, 0]]); // prettier-ignore
  const turned = tf.reverse(tf.reshape(padded, [my, sy, mx, sx * ci * co]), [0, 2]);
  const ordered = tf.transpose(tf.reshape(turned, [my, sy, mx, sx * ci, co]), [0, 2, 4, 1, 3]);
  return tf.reshape(ordered, [my, mx, co, sy * sx * ci]);
}
