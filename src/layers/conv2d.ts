import {
  ABSENT,
  operations,
  conv2d as convolve,
  conv2dInputGradient as inputGradient,
  conv2dInputGradientTimes as inputGradientTimes,
  sparseConv2d as sparseConvolve,
} from '#kernels';
import { flag, padding, pair, whole } from '../core/options.ts';
import type { Value } from '../plan/lowering.ts';
import { defineLinear, kernelParam, vectorParam } from './layer.ts';
import { describeWindow, imageShape, resolveWindow, slide, slidingMap, windowDims } from './window.ts';

/** Cross-correlation. Input [height, width, channels], kernel [kh, kw, in, out]. Padding lives inside, as zeros. */
export const conv2d = defineLinear({
  id: 'conv2d',
  title: 'Convolution',
  summary: 'One small filter per output channel slides over the image.',
  inputs: 'one',
  options: {
    filters: whole(8, 'output channels'),
    size: pair(3, 'kernel size in pixels', 1, 128),
    stride: pair(1, 'step of the kernel in pixels', 1, 128),
    dilation: pair(1, 'distance between taps in pixels', 1, 128),
    padding: padding('same', 'zeros around the image'),
    bias: flag(true, 'adds a trained constant to every channel'),
  },
  shape([input], options) {
    const [height, width] = imageShape(input);
    return [...slide(input!, resolveWindow(height, width, options)), options.filters];
  },
  params([input], { filters, size, bias }) {
    const channels = input![2]!;
    const taps = size[0] * size[1];
    return {
      kernel: kernelParam([size[0], size[1], channels, filters], taps * channels, taps * filters),
      ...(bias ? { bias: vectorParam([filters], 0) } : {}),
    };
  },
  window: (input, options) => resolveWindow(input[0]!, input[1]!, options),
  linear: slidingMap({ convolve, sparseConvolve, inputGradient, inputGradientTimes }),
  lower(place) {
    const { inputs, params, shape, options, batch, isRectified, output, emit } = place;
    const [x] = inputs as [Value];
    const y = output();
    const dims = {
      ...windowDims(batch, x.shape, shape, resolveWindow(x.shape[0]!, x.shape[1]!, options)),
      inChannels: x.shape[2]!,
      outChannels: options.filters,
    };
    const { kernel, bias = ABSENT } = params as { kernel: number; bias?: number };
    emit(operations.conv2d, [x.buffer, kernel, bias, y], { ...dims, relu: Number(isRectified) });
    return {
      output: y,
      isRectified,
      back: ({ dy, dx, gradients }) =>
        emit(
          operations.conv2dBackward,
          [x.buffer, kernel, dy, dx(0), gradients.kernel ?? ABSENT, gradients.bias ?? ABSENT],
          dims,
        ),
    };
  },
  detail: describeWindow,
});
