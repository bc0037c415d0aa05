import * as tf from '@tensorflow/tfjs-core';
import type { Pair, Padding, Shape4D } from '../window.ts';

/** Strides, dilations and explicit padding in the form tfjs kernels take them. */
export function kernelAttributes(stride: Pair, dilation: Pair, [top, bottom, left, right]: Padding) {
  return {
    strides: [...stride],
    dilations: [...dilation],
    // prettier-ignore
    pad: [[0, 0], [top, bottom], [left, right], [0, 0]],
    dataFormat: 'NHWC',
  };
}

/** A tensor's shape at the tfjs border: tfjs types the shape of a Tensor4D as a mutable tuple, ours are read-only. */
export const shape4 = (tensor: tf.Tensor4D): Shape4D => tensor.shape;

/**
 * A forward convolution by the backend's own kernel. It calls the kernel and not `tf.conv2d`, because that op refuses a
 * stride together with a dilation although the kernels of all three backends compute it (tested).
 */
export function runConv2d(x: tf.Tensor4D, filter: tf.Tensor4D, stride: Pair, dilation: Pair, padding: Padding) {
  return tf.engine().runKernel<tf.Tensor4D>('Conv2D', { x, filter }, kernelAttributes(stride, dilation, padding));
}

/**
 * The same for a depthwise convolution, filter [height, width, channels, multiplier]. Only the kernel of cpu refuses a
 * stride together with a dilation; there the filter gets the dilation's zeros written between its taps.
 */
export function runDepthwise(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  stride: Pair,
  dilation: Pair,
  padding: Padding,
): tf.Tensor4D {
  const isBoth = stride.some((s) => s > 1) && dilation.some((d) => d > 1);
  if (isBoth && tf.getBackend() === 'cpu')
    return runDepthwise(x, spreadTaps(filter, dilation), stride, [1, 1], padding);
  const attributes = kernelAttributes(stride, dilation, padding);
  return tf.engine().runKernel<tf.Tensor4D>('DepthwiseConv2dNative', { x, filter }, attributes);
}

/** A filter [height, width, channels, multiplier] with dilation − 1 zeros between neighbouring taps. */
function spreadTaps(filter: tf.Tensor4D, dilation: Pair): tf.Tensor4D {
  const [kh, kw, channels, multiplier] = filter.shape;
  const wide = spread(tf.reshape<tf.Rank.R4>(filter, [1, kh, kw, channels * multiplier]), dilation);
  return tf.reshape<tf.Rank.R4>(wide, [wide.shape[1], wide.shape[2], channels, multiplier]);
}

/** Padding that may be negative: then rows or columns are cut off the image instead. */
type SignedPadding = Padding;

/** A convolution that takes signed padding: all zero where the cut leaves nothing of the image. */
function signed(run: typeof runDepthwise, channels: (filter: tf.Tensor4D) => number) {
  return (x: tf.Tensor4D, filter: tf.Tensor4D, stride: Pair, dilation: Pair, padding: SignedPadding): tf.Tensor4D => {
    const [image, sides] = cropNegative(x, padding);
    if (image) return run(image, filter, stride, dilation, sides);
    const length = (axis: 0 | 1) =>
      outputLength(x.shape[axis + 1]!, filter.shape[axis]!, stride[axis], dilation[axis], padding.slice(2 * axis));
    return tf.zeros([x.shape[0], length(0), length(1), channels(filter)]);
  };
}

/** {@link runConv2d} with signed padding. */
export const runConv2dSigned = signed(runConv2d, (filter) => filter.shape[3]);

/** {@link runDepthwise} with signed padding. */
export const runDepthwiseSigned = signed(runDepthwise, (filter) => filter.shape[2] * filter.shape[3]);

function outputLength(input: number, size: number, stride: number, dilation: number, pads: readonly number[]): number {
  return Math.floor((input + pads[0]! + pads[1]! - (size - 1) * dilation - 1) / stride) + 1;
}

/** The image without the rows and columns that negative padding takes away (null if none is left), and the rest of the padding. */
function cropNegative(x: tf.Tensor4D, padding: SignedPadding): [tf.Tensor4D | null, Padding] {
  if (padding.every((side) => side >= 0)) return [x, padding];
  const cut = (side: number) => Math.max(0, -padding[side]!);
  const keep = (side: number) => Math.max(0, padding[side]!);
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [height - cut(0) - cut(1), width - cut(2) - cut(3)];
  const rest: Padding = [keep(0), keep(1), keep(2), keep(3)];
  if (rows <= 0 || columns <= 0) return [null, rest];
  return [tf.slice(x, [0, cut(0), cut(2), 0], [batch, rows, columns, channels]), rest];
}

/** Puts stride − 1 zeros between neighbouring pixels: [n, h, w, c] becomes [n, (h−1)·sy+1, (w−1)·sx+1, c]. */
export function spread(x: tf.Tensor4D, [sy, sx]: Pair): tf.Tensor4D {
  if (sy === 1 && sx === 1) return x;
  const [n, h, w, c] = x.shape;
  // Two pads of rank 3, because every backend is fast there; a pad of rank 6 would say it in one line.
  const rows = tf.pad(tf.reshape(x, [n * h, 1, w * c]), [[0, 0], [0, sy - 1], [0, 0]]); // prettier-ignore
  const both = tf.pad(tf.reshape(rows, [n * h * sy * w, 1, c]), [[0, 0], [0, sx - 1], [0, 0]]); // prettier-ignore
  return tf.slice(
    tf.reshape<tf.Rank.R4>(both, [n, h * sy, w * sx, c]),
    [0, 0, 0, 0],
    [n, (h - 1) * sy + 1, (w - 1) * sx + 1, c],
  );
}
