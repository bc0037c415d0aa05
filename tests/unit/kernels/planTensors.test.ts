import { expect, test } from 'vitest';
import {
  avgPoolGradientOracle,
  avgPoolOracle,
  conv2dFilterGradientOracle,
  conv2dInputGradientOracle,
  conv2dOracle,
  denseGradientsOracle,
  denseOracle,
  depthwiseConv2dFilterGradientOracle,
  depthwiseConv2dInputGradientOracle,
  depthwiseConv2dOracle,
  maxPoolGradientOracle,
  maxPoolOracle,
  operations,
  type Dims,
  type Float64Tensor,
  type Kernel,
  type Padding,
} from '#kernels';
import { losses } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { stream } from '../../support/kernelCases.ts';
import { tensorCases, type TensorCase } from '../../support/planTensorCases.ts';

/** Both sides are sums of some hundred doubles, in another order. */
const TOLERANCE = 1e-12;
/** Central differences are good to about 1e-9. */
const DIFFERENCE_TOLERANCE = 1e-7;
const CASES = 60;

// Cast: what an operation is called with belongs to it, and so do its cases.
const kernels = Object.values(operations) as unknown as Kernel[];

type Buffers = readonly (Float64Array | null)[];

/** The buffers after the operation. */
function ran(id: string, { buffers, dims }: TensorCase): Buffers {
  const after = buffers.map((buffer) => buffer?.slice() ?? null);
  kernels.find((kernel) => kernel.id === id)!.run(after, dims);
  return after;
}

/** Compares what an operation left in some of its buffers with another derivation of it; null is not compared. */
function compare(id: string, expectedOf: (given: TensorCase) => readonly (ArrayLike<number> | null)[]): void {
  for (let seed = 0; seed < CASES; seed++) {
    const given = tensorCases[id]!(stream(seed));
    const expected = expectedOf(given);
    const found = ran(id, given);
    found.forEach((buffer, i) => {
      if (!buffer || !expected[i]) return;
      const told = `buffer ${i} of ${id}, seed ${seed}: ${JSON.stringify(given.dims)}`;
      expect(relativeError([...buffer, 1], [...Array.from(expected[i]), 1]), told).toBeLessThan(TOLERANCE);
    });
  }
}

const tensor = (shape: readonly number[], data: Float64Array): Float64Tensor => ({ shape, data });
const plus = (a: Float64Array | null, b: ArrayLike<number>) => a && a.map((value, i) => value + b[i]!);
const rectified = (y: Float64Array, { relu }: Dims) => (relu ? y.map((value) => Math.max(0, value)) : y);
const withBias = (y: Float64Array, bias: Float64Array | null) =>
  bias ? y.map((value, i) => value + bias[i % bias.length]!) : y;

/** Sum of each column. */
function columnSums(matrix: Float64Array, columns: number): number[] {
  return Array.from({ length: columns }, (_, j) =>
    matrix.filter((_value, i) => i % columns === j).reduce((sum, value) => sum + value, 0),
  );
}

test('dense layers, and their gradients', () => {
  compare('dense', ({ dims, buffers: [x, w, bias] }) => {
    const [m, k, n] = [dims.m!, dims.k!, dims.n!];
    const y = denseOracle(tensor([m, k], x!), tensor([k, n], w!), bias ? tensor([n], bias) : undefined);
    return [x!, w!, bias!, rectified(y.data, dims)];
  });
  compare('denseBackward', ({ dims, buffers: [x, w, dy, , dw, dbias] }) => {
    const [m, k, n] = [dims.m!, dims.k!, dims.n!];
    const gradients = denseGradientsOracle(tensor([m, n], dy!), tensor([m, k], x!), tensor([k, n], w!));
    const { input, kernel, bias } = gradients;
    return [x!, w!, dy!, input.data, plus(dw!, kernel.data), plus(dbias!, bias.data)];
  });
});

/** The window of an operation as the oracles take it: with what is needed below and right. */
function windowOf(d: Dims) {
  const after = (length: number, out: number, kernel: number, stride: number, dilation: number, before: number) =>
    Math.max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - length - before);
  const bottom = after(d.height!, d.outHeight!, d.kernelHeight!, d.strideY!, d.dilationY!, d.top!);
  const right = after(d.width!, d.outWidth!, d.kernelWidth!, d.strideX!, d.dilationX!, d.left!);
  const padding: Padding = [d.top!, bottom, d.left!, right];
  const [stride, size] = [[d.strideY!, d.strideX!] as const, [d.kernelHeight!, d.kernelWidth!] as const];
  return { size, stride, dilation: [d.dilationY!, d.dilationX!] as const, padding };
}

const imageOf = (d: Dims, channels: number) => [d.batch!, d.height!, d.width!, channels];
const outputOf = (d: Dims, channels: number) => [d.batch!, d.outHeight!, d.outWidth!, channels];

test('convolutions, and their gradients', () => {
  const shapes = (d: Dims) => ({
    x: imageOf(d, d.inChannels!),
    w: [d.kernelHeight!, d.kernelWidth!, d.inChannels!, d.outChannels!],
    y: outputOf(d, d.outChannels!),
  });
  compare('conv2d', ({ dims, buffers: [x, w, bias] }) => {
    const y = conv2dOracle(tensor(shapes(dims).x, x!), tensor(shapes(dims).w, w!), windowOf(dims)).data;
    return [x!, w!, bias!, rectified(withBias(y, bias!), dims)];
  });
  compare('conv2dBackward', ({ dims, buffers: [x, w, dy, , dw, dbias] }) => {
    const s = shapes(dims);
    const [image, kernel, slope] = [tensor(s.x, x!), tensor(s.w, w!), tensor(s.y, dy!)];
    const dx = conv2dInputGradientOracle(slope, kernel, s.x, windowOf(dims));
    const dk = conv2dFilterGradientOracle(image, slope, s.w, windowOf(dims));
    return [x!, w!, dy!, dx.data, plus(dw!, dk.data), plus(dbias!, columnSums(dy!, dims.outChannels!))];
  });
});

test('depthwise convolutions, and their gradients', () => {
  const shapes = (d: Dims) => ({
    x: imageOf(d, d.channels!),
    w: [d.kernelHeight!, d.kernelWidth!, d.channels!, d.multiplier!],
    y: outputOf(d, d.channels! * d.multiplier!),
  });
  compare('depthwiseConv2d', ({ dims, buffers: [x, w, bias] }) => {
    const y = depthwiseConv2dOracle(tensor(shapes(dims).x, x!), tensor(shapes(dims).w, w!), windowOf(dims)).data;
    return [x!, w!, bias!, rectified(withBias(y, bias!), dims)];
  });
  compare('depthwiseConv2dBackward', ({ dims, buffers: [x, w, dy, , dw, dbias] }) => {
    const s = shapes(dims);
    const [image, kernel, slope] = [tensor(s.x, x!), tensor(s.w, w!), tensor(s.y, dy!)];
    const dx = depthwiseConv2dInputGradientOracle(slope, kernel, s.x, windowOf(dims));
    const dk = depthwiseConv2dFilterGradientOracle(image, slope, s.w, windowOf(dims));
    return [x!, w!, dy!, dx.data, plus(dw!, dk.data), plus(dbias!, columnSums(dy!, s.y[3]!))];
  });
});

test('pools, and their gradients', () => {
  const shapes = (d: Dims) => ({ x: imageOf(d, d.channels!), y: outputOf(d, d.channels!) });
  compare('maxPool', ({ dims, buffers: [x] }) => [x!, maxPoolOracle(tensor(shapes(dims).x, x!), windowOf(dims)).data]);
  compare('maxPoolBackward', ({ dims, buffers: [x, dy] }) => {
    const s = shapes(dims);
    return [x!, dy!, maxPoolGradientOracle(tensor(s.y, dy!), tensor(s.x, x!), windowOf(dims)).data];
  });
  compare('avgPool', ({ dims, buffers: [x] }) => [x!, avgPoolOracle(tensor(shapes(dims).x, x!), windowOf(dims)).data]);
  compare('avgPoolBackward', ({ dims, buffers: [dy] }) => [
    dy!,
    avgPoolGradientOracle(tensor(shapes(dims).y, dy!), shapes(dims).x, windowOf(dims)).data,
  ]);
});

test('means over space are pools as high as the image, and so are their gradients', () => {
  const shape = ({ batch, positions, channels }: Dims) => [batch!, positions!, 1, channels!];
  const one = ({ batch, channels }: Dims) => [batch!, 1, 1, channels!];
  compare('globalAvgPool', ({ dims, buffers: [x] }) => [
    x!,
    avgPoolOracle(tensor(shape(dims), x!), { size: [dims.positions!, 1] }).data,
  ]);
  compare('globalAvgPoolBackward', ({ dims, buffers: [dy] }) => [
    dy!,
    avgPoolGradientOracle(tensor(one(dims), dy!), shape(dims), { size: [dims.positions!, 1] }).data,
  ]);
});

test('an enlargement undoes the mean over its repetitions, and its gradient is their sum', () => {
  const windows = ({ factorY, factorX }: Dims) => ({ size: [factorY!, factorX!] as const });
  const large = (d: Dims) => [d.batch!, d.height! * d.factorY!, d.width! * d.factorX!, d.channels!];
  const repeats = (d: Dims) => d.factorY! * d.factorX!;
  compare('upsample', ({ dims, buffers: [x] }) => {
    const shared = avgPoolGradientOracle(tensor(imageOf(dims, dims.channels!), x!), large(dims), windows(dims)).data;
    return [x!, shared.map((value) => value * repeats(dims))];
  });
  compare('upsampleBackward', ({ dims, buffers: [dy] }) => [
    dy!,
    avgPoolOracle(tensor(large(dims), dy!), windows(dims)).data.map((value) => value * repeats(dims)),
  ]);
});

test('sums, copies and constants', () => {
  compare('add', ({ buffers: [a, b] }) => [a!, b!, plus(a!, b!)]);
  compare('addInto', ({ buffers: [a, y] }) => [a!, plus(a!, y!)]);
  compare('fill', ({ dims, buffers: [y] }) => [y!.map(() => dims.value!)]);
  compare('copyChannels', ({ dims, buffers: [x, y] }) => {
    const { channels, fromStride, fromOffset, toStride, toOffset, accumulate } = dims as Record<string, number>;
    const expected = y!.map((before, o) => {
      const [row, c] = [Math.floor(o / toStride!), (o % toStride!) - toOffset!];
      if (c < 0 || c >= channels!) return before;
      return x![row * fromStride! + fromOffset! + c]! + (accumulate ? before : 0);
    });
    return [x!, expected];
  });
});

/** Mean and biased variance of one channel. */
function moments(x: Float64Array, channels: number, channel: number) {
  const values = x.filter((_, i) => i % channels === channel);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length - mean * mean;
  return { mean, variance: Math.max(0, variance) };
}

test('batch normalization gives every channel the mean beta and the deviation gamma, and follows the statistics', () => {
  for (let seed = 0; seed < CASES; seed++) {
    const given = tensorCases.batchNorm!(stream(seed));
    const [x, gamma, beta, oldMean, oldVariance] = given.buffers as readonly Float64Array[];
    const [, , , movingMean, movingVariance, y, mean, rstd] = ran('batchNorm', given) as readonly Float64Array[];
    const { rows, channels, epsilon, momentum } = given.dims as Record<string, number>;
    for (let c = 0; c < channels!; c++) {
      const before = moments(x!, channels!, c);
      const after = moments(y!, channels!, c);
      const unbiased = (before.variance * rows!) / Math.max(1, rows! - 1);
      expect(after.mean).toBeCloseTo(beta![c]!, 9);
      const shrunk = before.variance / (before.variance + epsilon!);
      expect(after.variance).toBeCloseTo(gamma![c]! ** 2 * shrunk, 9);
      // Along x, not against it: the sign of gamma.
      const top = x!.reduce((best, value, i) => (i % channels! === c && value > x![best]! ? i : best), c);
      expect((y![top]! - beta![c]!) * gamma![c]!).toBeGreaterThanOrEqual(0);
      expect(mean![c]).toBeCloseTo(before.mean, 9);
      expect(rstd![c]).toBeCloseTo((before.variance + epsilon!) ** -0.5, 6);
      expect(movingMean![c]).toBeCloseTo(oldMean![c]! + momentum! * (before.mean - oldMean![c]!), 9);
      expect(movingVariance![c]).toBeCloseTo(oldVariance![c]! + momentum! * (unbiased - oldVariance![c]!), 9);
    }
  }
});

test('the gradients of batch normalization equal finite differences', () => {
  const { block } = stream(5);
  const dims = { rows: 7, channels: 3, epsilon: 1e-3, momentum: 0.1 };
  const image = () => block([7, 3]).data;
  const channel = () => block([3]).data;
  const [x, dy, gamma, beta, before] = [image(), image(), channel(), channel(), channel()];
  const forward = () => ran('batchNorm', { dims, buffers: [x, gamma, beta, before, before, x, before, before] });
  const total = () => forward()[5]!.reduce((sum, value, i) => sum + value * dy[i]!, 0);
  const [, , , , , , mean, rstd] = forward();
  const buffers = [x, gamma, mean!, rstd!, dy, x, new Float64Array(3), new Float64Array(3)];
  const [, , , , , dx, dgamma, dbeta] = ran('batchNormBackward', { dims, buffers });
  expect(relativeError(dx!, finiteDifferences(x, total))).toBeLessThan(DIFFERENCE_TOLERANCE);
  expect(relativeError(dgamma!, finiteDifferences(gamma, total))).toBeLessThan(DIFFERENCE_TOLERANCE);
  expect(relativeError(dbeta!, finiteDifferences(beta, total))).toBeLessThan(DIFFERENCE_TOLERANCE);
});

test('with the moving statistics, batch normalization is one line per channel', () => {
  compare('batchNormInference', ({ dims, buffers: [x, gamma, beta, mean, variance] }) => {
    const line = (value: number, c: number) =>
      beta![c]! + (gamma![c]! * (value - mean![c]!)) / Math.sqrt(variance![c]! + dims.epsilon!);
    return [x!, gamma!, beta!, mean!, variance!, x!.map((value, i) => line(value, i % dims.channels!))];
  });
  compare('batchNormInferenceBackward', ({ dims, buffers: [gamma, variance, dy] }) => {
    const slope = (c: number) => gamma![c]! / Math.sqrt(variance![c]! + dims.epsilon!);
    return [gamma!, variance!, dy!, dy!.map((value, i) => value * slope(i % dims.channels!))];
  });
});

test.for([...losses])('$id is that of training, and its gradient equals finite differences', (loss) => {
  for (let seed = 0; seed < CASES; seed++) {
    const { dims, buffers } = tensorCases[loss.id]!(stream(seed));
    const [logits, labels] = buffers as readonly Float64Array[];
    const outputs = logits!.length / dims.batch!;
    const row = (n: number) => [...logits!.subarray(n * outputs, (n + 1) * outputs)];
    const mean = () => labels!.reduce((sum, label, n) => sum + loss.scalar(row(n), label), 0) / dims.batch!;
    const filled = [logits!, labels!, new Float64Array(1), new Float64Array(logits!.length)];
    const [, , found, gradient] = ran(loss.id, { dims, buffers: filled });
    expect(relativeError(found!, [mean()])).toBeLessThan(TOLERANCE);
    if (seed < 10)
      expect(relativeError(gradient!, finiteDifferences(logits!, mean))).toBeLessThan(DIFFERENCE_TOLERANCE);
  }
});
