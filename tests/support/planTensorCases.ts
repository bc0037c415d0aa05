import type { Dims } from '#kernels';
import { stream } from './kernelCases.ts';

/** Sizes and numbers for one call of a tensor operation; null where an optional buffer is left out. */
export interface TensorCase {
  readonly dims: Dims;
  readonly buffers: readonly (Float64Array | null)[];
}

type Stream = ReturnType<typeof stream>;

const pick = <T>({ whole }: Stream, from: readonly T[]): T => from[whole(0, from.length - 1)]!;
const numbers = ({ block }: Stream, size: number) => block([size]).data;
/** Of two optional buffers one is left out now and then. */
const maybe = (random: Stream, size: number) => (random.whole(0, 3) > 0 ? numbers(random, size) : null);

/** Channels that fill no vector, and some that do. */
const CHANNELS = [1, 2, 3, 4, 5, 8, 10, 16, 17, 24, 32];
const WHOLE = [8, 12, 16, 24, 32];

function denseDims(random: Stream) {
  const { whole } = random;
  return { m: pick(random, [1, 2, 5, 6, 7, 32, 100, 193]), k: whole(1, 40), n: pick(random, [...CHANNELS, 33]) };
}

function windowDims(random: Stream, isPool: boolean) {
  const { whole } = random;
  // The most usual convolution goes a way of its own.
  const isUsual = !isPool && whole(0, 1) === 0;
  const [kernelHeight, kernelWidth] = isUsual ? [3, 3] : [whole(1, 4), whole(1, 4)];
  const [strideY, strideX] = isUsual ? [1, 1] : [whole(1, 3), whole(1, 3)];
  const [dilationY, dilationX] = isPool || isUsual ? [1, 1] : [whole(1, 3), whole(1, 3)];
  const [reachY, reachX] = [(kernelHeight - 1) * dilationY + 1, (kernelWidth - 1) * dilationX + 1];
  const pad = (size: number) => whole(0, isPool || isUsual ? size - 1 : 3);
  const [top, bottom, left, right] = [pad(kernelHeight), pad(kernelHeight), pad(kernelWidth), pad(kernelWidth)];
  // Small images: a window may be larger than the image without its padding. Now and then one that fills a cache.
  const more = whole(0, 9) === 0 ? 24 : 6;
  const [height, width] = [
    Math.max(1, reachY - top - bottom + whole(0, more)),
    Math.max(1, reachX - left - right + whole(0, more)),
  ];
  return {
    ...{ batch: whole(1, 5), height, width, kernelHeight, kernelWidth, strideY, strideX, top, left },
    outHeight: Math.floor((height + top + bottom - reachY) / strideY) + 1,
    outWidth: Math.floor((width + left + right - reachX) / strideX) + 1,
    ...{ dilationY, dilationX },
  };
}

/** Random cases of one operation, by its id: the same for the same seed. */
export const tensorCases: Readonly<Record<string, (random: Stream) => TensorCase>> = {
  dense(random) {
    const dims = denseDims(random);
    const [x, w, y] = [dims.m * dims.k, dims.k * dims.n, dims.m * dims.n].map((size) => numbers(random, size));
    return { dims: { ...dims, relu: random.whole(0, 1) }, buffers: [x!, w!, maybe(random, dims.n), y!] };
  },
  denseBackward(random) {
    const dims = denseDims(random);
    const sizes = [dims.m * dims.k, dims.k * dims.n, dims.m * dims.n];
    const given = sizes.map((size) => numbers(random, size));
    return { dims, buffers: [...given, ...[sizes[0]!, sizes[1]!, dims.n].map((size) => maybe(random, size))] };
  },
  conv2d(random) {
    const dims = { ...windowDims(random, false), ...convChannels(random) };
    const [x, w, y] = convSizes(dims).map((size) => numbers(random, size));
    return { dims: { ...dims, relu: random.whole(0, 1) }, buffers: [x!, w!, maybe(random, dims.outChannels), y!] };
  },
  conv2dBackward(random) {
    const dims = { ...windowDims(random, false), ...convChannels(random) };
    const sizes = convSizes(dims);
    const given = sizes.map((size) => numbers(random, size));
    return { dims, buffers: [...given, ...[sizes[0]!, sizes[1]!, dims.outChannels].map((n) => maybe(random, n))] };
  },
  depthwiseConv2d(random) {
    const dims = {
      ...windowDims(random, false),
      channels: pick(random, CHANNELS),
      multiplier: pick(random, [1, 1, 2, 3]),
    };
    const [x, w, y] = depthwiseSizes(dims).map((size) => numbers(random, size));
    const bias = maybe(random, dims.channels * dims.multiplier);
    return { dims: { ...dims, relu: random.whole(0, 1) }, buffers: [x!, w!, bias, y!] };
  },
  depthwiseConv2dBackward(random) {
    const dims = {
      ...windowDims(random, false),
      channels: pick(random, CHANNELS),
      multiplier: pick(random, [1, 1, 2, 3]),
    };
    const sizes = depthwiseSizes(dims);
    const given = sizes.map((size) => numbers(random, size));
    const filters = dims.channels * dims.multiplier;
    return { dims, buffers: [...given, ...[sizes[0]!, sizes[1]!, filters].map((n) => maybe(random, n))] };
  },
  maxPool: (random) => poolCase(random, ['x', 'y']),
  // Few different values, so that windows often have more than one maximum.
  maxPoolBackward(random) {
    const { dims, buffers } = poolCase(random, ['x', 'y', 'x']);
    return { dims, buffers: [buffers[0]!.map((value) => Math.round(2 * value)), ...buffers.slice(1)] };
  },
  avgPool: (random) => poolCase(random, ['x', 'y']),
  avgPoolBackward: (random) => poolCase(random, ['y', 'x']),
  globalAvgPool: (random) => globalPoolCase(random, ['x', 'y']),
  globalAvgPoolBackward: (random) => globalPoolCase(random, ['y', 'x']),
  upsample: (random) => upsampleCase(random, ['x', 'y']),
  upsampleBackward: (random) => upsampleCase(random, ['y', 'x']),
  batchNorm(random) {
    const { dims, image, channel, positive } = normSizes(random);
    const buffers = [image(), channel(), channel(), channel(), positive(), image(), channel(), channel()];
    return { dims: { ...dims, epsilon: 1e-3, momentum: 0.1 }, buffers };
  },
  batchNormBackward(random) {
    const { dims, image, channel, positive } = normSizes(random);
    const given = [image(), channel(), channel(), positive(), image()];
    const sizes = [dims.rows * dims.channels, dims.channels, dims.channels];
    return { dims, buffers: [...given, ...sizes.map((size) => maybe(random, size))] };
  },
  batchNormInference(random) {
    const { dims, image, channel, positive } = normSizes(random);
    const buffers = [image(), channel(), channel(), channel(), positive(), image()];
    return { dims: { ...dims, epsilon: 1e-3 }, buffers };
  },
  batchNormInferenceBackward(random) {
    const { dims, image, channel, positive } = normSizes(random);
    return { dims: { ...dims, epsilon: 1e-3 }, buffers: [channel(), positive(), image(), image()] };
  },
  add: (random) => flatCase(random, 3),
  addInto: (random) => flatCase(random, 2),
  copyChannels(random) {
    const { whole } = random;
    const [rows, channels, fromOffset, toOffset] = [whole(1, 20), whole(1, 20), whole(0, 5), whole(0, 5)];
    const [fromStride, toStride] = [fromOffset + channels + whole(0, 5), toOffset + channels + whole(0, 5)];
    const dims = { rows, channels, fromStride, fromOffset, toStride, toOffset, accumulate: whole(0, 1) };
    return { dims, buffers: [numbers(random, rows * fromStride), numbers(random, rows * toStride)] };
  },
  dropout(random) {
    const { dims, buffers } = flatCase(random, 2);
    const key = Float64Array.of(random.whole(0, 2 ** 24 - 1));
    const settings = { rate: pick(random, [0, 0.1, 0.5, 0.99]), node: random.whole(0, 40) };
    return { dims: { ...dims, ...settings }, buffers: [buffers[0]!, key, buffers[1]!] };
  },
  softmaxCrossEntropy(random) {
    const dims = { batch: random.whole(1, 70), classes: random.whole(2, 23) };
    return { dims, buffers: lossBuffers(random, dims.batch, dims.classes, dims.classes) };
  },
  binaryCrossEntropy(random) {
    const dims = { batch: random.whole(1, 70) };
    return { dims, buffers: lossBuffers(random, dims.batch, 1, 2) };
  },
  mse(random) {
    const dims = { batch: random.whole(1, 70), outputs: pick(random, [1, 3, 10]) };
    return { dims, buffers: lossBuffers(random, dims.batch, dims.outputs, Math.max(2, dims.outputs)) };
  },
  fill(random) {
    const { dims, buffers } = flatCase(random, 1);
    return { dims: { ...dims, value: random.whole(-3, 3) }, buffers };
  },
};

/** The numbers in (−1, 1) of `block` for buffers of these names. */
function named<K extends string>(random: Stream, sizes: Record<K, number>, names: readonly K[]): Float64Array[] {
  return names.map((name) => numbers(random, sizes[name]));
}

function poolCase(random: Stream, names: readonly ('x' | 'y')[]): TensorCase & { readonly buffers: Float64Array[] } {
  const dims = { ...windowDims(random, true), channels: pick(random, CHANNELS) };
  const { batch, height, width, outHeight, outWidth, channels } = dims;
  const sizes = { x: batch * height * width * channels, y: batch * outHeight * outWidth * channels };
  return { dims, buffers: named(random, sizes, names) };
}

function globalPoolCase(random: Stream, names: readonly ('x' | 'y')[]): TensorCase {
  const dims = { batch: random.whole(1, 4), positions: random.whole(1, 50), channels: pick(random, CHANNELS) };
  const y = dims.batch * dims.channels;
  return { dims, buffers: named(random, { x: y * dims.positions, y }, names) };
}

function upsampleCase(random: Stream, names: readonly ('x' | 'y')[]): TensorCase {
  const { whole } = random;
  const dims = {
    ...{ batch: whole(1, 3), height: whole(1, 5), width: whole(1, 5), channels: pick(random, CHANNELS) },
    ...{ factorY: whole(1, 3), factorX: whole(1, 3) },
  };
  const x = dims.batch * dims.height * dims.width * dims.channels;
  return { dims, buffers: named(random, { x, y: x * dims.factorY * dims.factorX }, names) };
}

function flatCase(random: Stream, buffers: number): TensorCase & { readonly buffers: Float64Array[] } {
  const size = random.whole(1, 100);
  return { dims: { size }, buffers: Array.from({ length: buffers }, () => numbers(random, size)) };
}

/** Images far from zero, on which a hasty variance fails; and one row, of which there is none. */
function normSizes(random: Stream) {
  const dims = { rows: pick(random, [1, 2, 7, 64, 3001]), channels: pick(random, CHANNELS) };
  const channel = () => numbers(random, dims.channels);
  const offset = 20 * channel()[0]!;
  return {
    dims,
    image: () => numbers(random, dims.rows * dims.channels).map((value) => Math.fround(value + offset)),
    channel,
    positive: () => channel().map((value) => Math.fround(value + 1.5)),
  };
}

/** Logits of some size, labels below `classes`, the loss, and its gradient where it is wanted. */
function lossBuffers(random: Stream, batch: number, outputs: number, classes: number): (Float64Array | null)[] {
  const logits = numbers(random, batch * outputs).map((value) => Math.fround(30 * value ** 3));
  const labels = Float64Array.from({ length: batch }, () => random.whole(0, classes - 1));
  return [logits, labels, numbers(random, 1), maybe(random, batch * outputs)];
}

function convChannels(random: Stream) {
  const from = random.whole(0, 2) === 0 ? CHANNELS : WHOLE;
  return { inChannels: pick(random, from), outChannels: pick(random, from) };
}

/** Sizes of x, w and y. */
function convSizes(d: ReturnType<typeof windowDims> & ReturnType<typeof convChannels>): number[] {
  return [
    d.batch * d.height * d.width * d.inChannels,
    d.kernelHeight * d.kernelWidth * d.inChannels * d.outChannels,
    d.batch * d.outHeight * d.outWidth * d.outChannels,
  ];
}

function depthwiseSizes(d: ReturnType<typeof windowDims> & { channels: number; multiplier: number }): number[] {
  return [
    d.batch * d.height * d.width * d.channels,
    d.kernelHeight * d.kernelWidth * d.channels * d.multiplier,
    d.batch * d.outHeight * d.outWidth * d.channels * d.multiplier,
  ];
}
