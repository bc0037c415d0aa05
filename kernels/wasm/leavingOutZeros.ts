import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { shape4 } from '../conv/backendConv.ts';
import type { Shape4D, Window } from '../window.ts';
import { channelsInLanes, fitsChannels, samplesInLanes } from './lanes.ts';

// Convolutions that leave out what is zero: after a ReLU, half of everything. Each is null where it would not pay, on other
// tiers, and where the program does not run; the caller then takes the plain way. Float32 all; no gradient is recorded.

/** Share of the numbers that has to be zero: with less to leave out, a plain convolution is as fast. */
const WORTH_LEAVING_OUT = 0.25;
/** Samples over one x from which it pays to have 32 of them side by side. */
const WORTH_LANES = 16;

/** Sums the program does: a tensor of the given shape, filled by `fill` at its address. */
function filled(
  shape: Shape4D,
  fill: (wasm: BackendWasm, y: number, address: (t: tf.Tensor) => number) => boolean,
): tf.Tensor4D | null {
  const wasm = tf.backend() as BackendWasm;
  const y = wasm.makeOutput([...shape], 'float32');
  const address = ({ dataId }: tf.TensorInfo) => wasm.getMemoryOffset(dataId);
  if (fill(wasm, address(y), address)) return tf.engine().makeTensorFromTensorInfo(y) as tf.Tensor4D;
  wasm.disposeData(y.dataId);
  return null;
}

/** Whether enough of the numbers are zero. */
function isSparse(t: tf.Tensor): boolean {
  // Cast: float32 all, as said above.
  const values = (tf.backend() as BackendWasm).typedArrayFromHeap(t) as Float32Array;
  const enough = WORTH_LEAVING_OUT * values.length;
  let zeros = 0;
  for (let i = 0; i < values.length && zeros < enough; i++) if (values[i] === 0) zeros++;
  return zeros >= enough;
}

const area = ([height, width]: readonly number[]): number => height! * width!;

/** x ⊙ T(dy; kernel) for many samples of dy over one sample of x. */
export function inputGradientTimesSparse(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  x: tf.Tensor4D,
  window: Window,
): tf.Tensor4D | null {
  const [samples] = dy.shape;
  const isMany = tf.getBackend() === 'wasm' && x.shape[0] === 1 && samples >= WORTH_LANES;
  if (!isMany || !(isSparse(x) || isSparse(kernel))) return null;
  const [kh, kw, channels, filters] = shape4(kernel);
  const [, height, width] = x.shape;
  return filled([samples, height, width, channels], (wasm, y, address) =>
    samplesInLanes(wasm, {
      ...{ dy: address(dy), kernel: address(kernel), x: address(x), y, samples },
      ...{ places: area(window.output), positions: height * width, taps: kh * kw, channels, filters },
      meets: meetingPlaces([height, width], window),
    }),
  );
}

/** T(dy; kernel). A single sample goes this way in any case: a plain convolution arranges the kernel anew for it. */
export function inputGradientSparse(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  [, height, width]: Shape4D,
  window: Window,
): tf.Tensor4D | null {
  const [kh, kw, channels, filters] = shape4(kernel);
  const [samples] = dy.shape;
  if (!isWorth(dy, channels, filters)) return null;
  return filled([samples, height, width, channels], (wasm, y, address) =>
    channelsInLanes(wasm, {
      ...{ dy: address(dy), kernel: address(kernel), y, samples, isFiltersFirst: false },
      ...{ places: area(window.output), positions: height * width, taps: kh * kw, channels, filters },
      meets: meetingPlaces([height, width], window),
    }),
  );
}

/** F(x; kernel): the same sum, with the roles of the two images exchanged. */
export function convolutionSparse(x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D | null {
  const [kh, kw, channels, filters] = shape4(kernel);
  const [samples, height, width] = x.shape;
  if (!isWorth(x, filters, channels)) return null;
  return filled([samples, ...window.output, filters], (wasm, y, address) =>
    channelsInLanes(wasm, {
      ...{ dy: address(x), kernel: address(kernel), y, samples, isFiltersFirst: true },
      ...{
        places: height * width,
        positions: area(window.output),
        taps: kh * kw,
        channels: filters,
        filters: channels,
      },
      meets: windowPlaces([height, width], window),
    }),
  );
}

const isWorth = (t: tf.Tensor4D, channels: number, filters: number): boolean =>
  tf.getBackend() === 'wasm' && fitsChannels(channels, filters) && (t.shape[0] === 1 || isSparse(t));

/** Where tap `tap` of the window at `place` lies along one axis, or −1 outside. */
type Along = (axis: 0 | 1, place: number, tap: number) => number;

/** For every input pixel and tap the output pixel whose window has the tap there. */
function meetingPlaces(
  input: readonly [number, number],
  { size, stride, dilation, padding, output }: Window,
): Int32Array {
  return placesOf(input, size, output, (axis, place, tap) => {
    const index = (place + padding[2 * axis]! - tap * dilation[axis]) / stride[axis];
    return Number.isInteger(index) && index >= 0 && index < output[axis] ? index : -1;
  });
}

/** For every output pixel and tap the input pixel that lies there. */
function windowPlaces(
  input: readonly [number, number],
  { size, stride, dilation, padding, output }: Window,
): Int32Array {
  return placesOf(output, size, input, (axis, place, tap) => {
    const index = place * stride[axis] - padding[2 * axis]! + tap * dilation[axis];
    return index >= 0 && index < input[axis] ? index : -1;
  });
}

/** [pixels, taps] for an image of so many rows and columns; each is a pixel of the other image, or −1. */
function placesOf(
  [height, width]: readonly [number, number],
  [kh, kw]: readonly [number, number],
  [, otherWidth]: readonly [number, number],
  along: Along,
): Int32Array {
  const rows = Int32Array.from({ length: height * kh }, (_, i) => along(0, Math.floor(i / kh), i % kh));
  const columns = Int32Array.from({ length: width * kw }, (_, i) => along(1, Math.floor(i / kw), i % kw));
  const places = new Int32Array(height * width * kh * kw);
  let k = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let ky = y * kh; ky < (y + 1) * kh; ky++) {
        const row = rows[ky]!;
        for (let kx = x * kw; kx < (x + 1) * kw; kx++) {
          const column = columns[kx]!;
          places[k++] = row < 0 || column < 0 ? -1 : row * otherWidth + column;
        }
      }
    }
  }
  return places;
}
