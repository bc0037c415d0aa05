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
const CHANNELS = [1, 2, 3, 4, 5, 8, 10, 16, 17, 24];

function denseDims(random: Stream) {
  const { whole } = random;
  return { m: pick(random, [1, 2, 5, 6, 7, 32, 100, 193]), k: whole(1, 40), n: pick(random, [...CHANNELS, 33]) };
}

function windowDims(random: Stream, isPool: boolean) {
  const { whole } = random;
  const [kernelHeight, kernelWidth] = [whole(1, 4), whole(1, 4)];
  const [strideY, strideX] = [whole(1, 3), whole(1, 3)];
  const [dilationY, dilationX] = isPool ? [1, 1] : [whole(1, 3), whole(1, 3)];
  const [reachY, reachX] = [(kernelHeight - 1) * dilationY + 1, (kernelWidth - 1) * dilationX + 1];
  const pad = (size: number) => whole(0, isPool ? size - 1 : 3);
  const [top, bottom, left, right] = [pad(kernelHeight), pad(kernelHeight), pad(kernelWidth), pad(kernelWidth)];
  // Small images: a window may be larger than the image without its padding.
  const [height, width] = [
    Math.max(1, reachY - top - bottom + whole(0, 6)),
    Math.max(1, reachX - left - right + whole(0, 6)),
  ];
  return {
    ...{ batch: whole(1, 3), height, width, kernelHeight, kernelWidth, strideY, strideX, top, left },
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
};

const convChannels = (random: Stream) => ({ inChannels: pick(random, CHANNELS), outChannels: pick(random, CHANNELS) });

/** Sizes of x, w and y. */
function convSizes(d: ReturnType<typeof windowDims> & ReturnType<typeof convChannels>): number[] {
  return [
    d.batch * d.height * d.width * d.inChannels,
    d.kernelHeight * d.kernelWidth * d.inChannels * d.outChannels,
    d.batch * d.outHeight * d.outWidth * d.outChannels,
  ];
}
