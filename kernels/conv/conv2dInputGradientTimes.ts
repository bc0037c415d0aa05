import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { convAttributes, convOptions } from '../tf/attributes.ts';
import { gatherInLanes } from '../wasm/lanes.ts';
import { convWindow, type ConvOptions, type Window } from '../window.ts';
import { kernelAttributes, shape4 } from './backendConv.ts';
import { conv2dInputGradient } from './conv2dInputGradient.ts';

const KERNEL = 'Conv2DInputGradientTimes';
/** Samples of dy from which the way through lanes, which takes 32 at a time, is worth it. */
const WORTH_LANES = 16;
/** Share of x or of the kernel that has to be zero for it: with nothing to leave out, a plain convolution is as fast. */
const WORTH_LEAVING_OUT = 0.25;

/**
 * x ⊙ the gradient of {@link conv2d} with respect to its input: what each entry of x brings, for as many samples of `dy` as x
 * has, or for any number of them when x [batch, height, width, channels] is one sample. On wasm, many samples over one x cost
 * no more than what is not zero in x, in the kernel and in dy. Throws when the shapes do not belong together.
 */
export function conv2dInputGradientTimes(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  x: tf.Tensor4D,
  options: ConvOptions = {},
): tf.Tensor4D {
  const isMany = x.shape[0] === 1 && dy.shape[0] >= WORTH_LANES;
  if (!isMany || tf.getBackend() !== 'wasm') return plain(dy, kernel, x, options);
  const [kh, kw] = kernel.shape;
  const { stride, dilation, padding } = convWindow('conv2dInputGradientTimes', shape4(x), [kh, kw], options);
  return tf
    .engine()
    .runKernel<tf.Tensor4D>(KERNEL, { dy, filter: kernel, x }, kernelAttributes(stride, dilation, padding));
}

function plain(dy: tf.Tensor4D, kernel: tf.Tensor4D, x: tf.Tensor4D, options: ConvOptions): tf.Tensor4D {
  const [, height, width, channels] = x.shape;
  return tf.tidy(() => tf.mul(x, conv2dInputGradient(dy, kernel, [dy.shape[0], height, width, channels], options)));
}

/** The same on wasm, for many samples of dy over one x; registered for that backend only. */
export function conv2dInputGradientTimesInLanes({
  inputs,
  attrs,
  backend,
}: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
  const wasm = backend as BackendWasm;
  // The engine calls a kernel with the caller's tensors, typed as mere infos.
  const { dy, filter, x } = inputs as Record<'dy' | 'filter' | 'x', tf.Tensor4D>;
  const options = convOptions(x.shape, filter.shape, convAttributes(attrs), false);
  const [kh, kw, channels, filters] = filter.shape;
  const window = convWindow(KERNEL, shape4(x), [kh, kw], options);
  const fits = `${dy.shape.slice(1)}` === `${[...window.output, filters]}` && x.shape[3] === channels;
  // The plain way says what does not fit.
  if (!fits || ![x, filter].some((t) => hasZeros(wasm.typedArrayFromHeap(t) as Float32Array))) {
    return plain(dy, filter, x, options);
  }
  const samples = dy.shape[0];
  const output = wasm.makeOutput([samples, ...x.shape.slice(1)], 'float32');
  // Float32 all: the engine convolves nothing else.
  const address = ({ dataId }: tf.TensorInfo) => wasm.getMemoryOffset(dataId);
  const isDone = gatherInLanes(wasm, {
    ...{ dy: address(dy), kernel: address(filter), x: address(x), y: address(output) },
    ...{ samples, places: window.output[0] * window.output[1], positions: x.shape[1] * x.shape[2] },
    ...{ taps: kh * kw, channels, filters },
    meets: meetingPlaces([x.shape[1], x.shape[2]], window),
  });
  if (isDone) return output;
  wasm.disposeData(output.dataId);
  return plain(dy, filter, x, options);
}

/** Whether enough of the numbers are zero. */
function hasZeros(values: Float32Array): boolean {
  const enough = WORTH_LEAVING_OUT * values.length;
  let zeros = 0;
  for (let i = 0; i < values.length && zeros < enough; i++) if (values[i] === 0) zeros++;
  return zeros >= enough;
}

/** For every input pixel and tap the output pixel whose window has the tap there, or −1: [pixels, taps]. */
function meetingPlaces([height, width]: readonly [number, number], window: Window): Int32Array {
  const { size, stride, dilation, padding, output } = window;
  const along = (axis: 0 | 1, place: number, tap: number): number => {
    const start = place + padding[2 * axis]! - tap * dilation[axis];
    const index = start / stride[axis];
    return Number.isInteger(index) && index >= 0 && index < output[axis] ? index : -1;
  };
  const places = (axis: 0 | 1, length: number) =>
    Array.from({ length }, (_, place) => Array.from({ length: size[axis] }, (_, tap) => along(axis, place, tap)));
  const [rows, columns] = [places(0, height), places(1, width)];
  const meets = new Int32Array(height * width * size[0] * size[1]);
  let k = 0;
  for (const taps of rows) {
    for (const across of columns) {
      for (const row of taps) {
        for (const column of across) meets[k++] = row < 0 || column < 0 ? -1 : row * output[1] + column;
      }
    }
  }
  return meets;
}
