import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import type { Padding } from '../core/options.ts';
import { describeShape, type Shape } from '../core/shape.ts';
import type { LinearMap, Window } from './layer.ts';

/** Pixels a dilated kernel spans: (k − 1)·d + 1. */
export function span(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/** TensorFlow's 'same': out = ceil(in / s), the odd pixel goes to the bottom and right. */
function samePadding(input: number, size: number, stride: number, dilation: number): readonly [number, number] {
  const total = Math.max((Math.ceil(input / stride) - 1) * stride + span(size, dilation) - input, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

interface WindowOptions {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation?: readonly [number, number];
  readonly padding: 'same' | 'valid' | Padding;
}

/** Resolves 'same' and 'valid' to four numbers for an input of this height and width. */
export function resolveWindow(height: number, width: number, options: WindowOptions): Window {
  const { size, stride, dilation = [1, 1], padding } = options;
  if (padding === 'valid') return { size, stride, dilation, padding: [0, 0, 0, 0] };
  if (padding !== 'same') return { size, stride, dilation, padding };
  const [top, bottom] = samePadding(height, size[0], stride[0], dilation[0]);
  const [left, right] = samePadding(width, size[1], stride[1], dilation[1]);
  return { size, stride, dilation, padding: [top, bottom, left, right] };
}

/** Output height and width; throws when the window does not fit even once. */
export function slide(input: Shape, window: Window): readonly [number, number] {
  const [top, bottom, left, right] = window.padding;
  const along = (length: number, axis: 0 | 1) =>
    Math.floor((length - span(window.size[axis], window.dilation[axis])) / window.stride[axis]) + 1;
  const out = [along(input[0]! + top + bottom, 0), along(input[1]! + left + right, 1)] as const;
  if (out[0] < 1 || out[1] < 1) {
    const reach = `${span(window.size[0], window.dilation[0])} × ${span(window.size[1], window.dilation[1])}`;
    throw new InputError(
      `window larger than its input: ${reach} on ${describeShape(input)}; use a smaller size or more padding`,
    );
  }
  return out;
}

/** Output shape of a pool. A window that lies in the padding alone would have nothing to pool. */
export function poolShape(input: Shape | undefined, options: WindowOptions): Shape {
  const [height, width, channels] = imageShape(input);
  const window = resolveWindow(height, width, options);
  const { size, padding } = window;
  if (padding.some((side, i) => side >= size[i < 2 ? 0 : 1])) {
    throw new InputError(
      `padding reaches past the window: ${padding.join(', ')} around windows of ${size.join(' × ')}; use less than the window's size`,
    );
  }
  return [...slide(input!, window), channels];
}

/** Asks for an image; the message names what came instead. */
export function imageShape(input: Shape | undefined): readonly [number, number, number] {
  if (input?.length !== 3) {
    throw new InputError(
      `needs an image: got ${describeShape(input ?? [])}; put it before flatten, or give the input as [height, width, channels]`,
    );
  }
  return [input[0]!, input[1]!, input[2]!];
}

/** "5 × 5, stride 2, dilation 2" */
export function describeWindow(options: WindowOptions): string {
  const both = ([a, b]: readonly [number, number]) => (a === b ? `${a}` : `${a} × ${b}`);
  const { size, stride, dilation = [1, 1] } = options;
  const parts = [`${size[0]} × ${size[1]}`];
  if (stride[0] !== 1 || stride[1] !== 1) parts.push(`stride ${both(stride)}`);
  if (dilation[0] !== 1 || dilation[1] !== 1) parts.push(`dilation ${both(dilation)}`);
  return parts.join(', ');
}

/** The tensor once per sample of r: a pool's gradient wants as many inputs as outputs. */
export function withBatchOf(r: Tensor, x: Tensor): Tensor4D {
  const repeats = r.shape[0]! / x.shape[0]!;
  // Cast: pools live on images.
  return (repeats === 1 ? x : tf.tile(x, [repeats, 1, 1, 1])) as Tensor4D;
}

type Image = readonly [number, number, number, number];

/** Operations of `#kernels` on an image and a kernel that slides over it. */
interface SlidingOps {
  convolve(x: Tensor4D, kernel: Tensor4D, window: Window): Tensor4D;
  /** The same without a gradient, for kernels used once or twice on images with zeros. */
  sparseConvolve?(x: Tensor4D, kernel: Tensor4D, window: Window): Tensor4D;
  inputGradient(dy: Tensor4D, kernel: Tensor4D, shape: Image, window: Window): Tensor4D;
  inputGradientTimes?(dy: Tensor4D, kernel: Tensor4D, x: Tensor4D, window: Window): Tensor4D;
}

/** F(x; w, b) and T(r; w) of a node whose kernel slides over an image. */
export function slidingMap<O extends WindowOptions>(ops: SlidingOps): LinearMap<O> {
  const { convolve, sparseConvolve, inputGradient, inputGradientTimes } = ops;
  // Casts: the node's shape() has made sure that the input is an image.
  const windowOn = (x: Tensor, options: O) => resolveWindow(x.shape[1]!, x.shape[2]!, options);
  const forwardBy =
    (op: SlidingOps['convolve']): LinearMap<O>['forward'] =>
    (x, kernel, bias, options) => {
      const sum = op(x as Tensor4D, kernel as Tensor4D, windowOn(x, options));
      return bias ? tf.add(sum, bias) : sum;
    };
  return {
    forward: forwardBy(convolve),
    ...(sparseConvolve && { forwardOnce: forwardBy(sparseConvolve) }),
    transpose(r, kernel, shape, options) {
      const [, height, width, channels] = shape as Image;
      const batch = r.shape[0]!;
      const window = resolveWindow(height, width, options);
      return inputGradient(r as Tensor4D, kernel as Tensor4D, [batch, height, width, channels], window);
    },
    ...(inputGradientTimes && {
      timesTranspose: (x: Tensor, r: Tensor, kernel: Tensor, options: O) =>
        inputGradientTimes(r as Tensor4D, kernel as Tensor4D, x as Tensor4D, windowOn(x, options)),
    }),
  };
}

/** A window on an image as operations of a plan take it. */
export function windowDims(batch: number, input: Shape, output: Shape, { size, stride, padding, dilation }: Window) {
  return {
    batch,
    height: input[0]!,
    width: input[1]!,
    outHeight: output[0]!,
    outWidth: output[1]!,
    kernelHeight: size[0],
    kernelWidth: size[1],
    strideY: stride[0],
    strideX: stride[1],
    top: padding[0],
    left: padding[2],
    dilationY: dilation[0],
    dilationX: dilation[1],
  };
}
