import {
  ABSENT,
  operations,
  depthwiseConv2d as convolve,
  depthwiseConv2dInputGradient as inputGradient,
} from '#kernels';
import { flag, padding, pair, whole } from '../core/options.ts';
import type { Value } from '../plan/lowering.ts';
import { defineLinear, kernelParam, vectorParam } from './layer.ts';
import { describeWindow, imageShape, resolveWindow, slide, slidingMap, windowDims } from './window.ts';

/** A convolution that keeps channels apart. Kernel [kh, kw, channels, multiplier]; output channel c·m + j. */
export const depthwiseConv2d = defineLinear({
  id: 'depthwiseConv2d',
  title: 'Depthwise convolution',
  summary: 'Every channel has filters of its own; channels do not mix.',
  inputs: 'one',
  options: {
    multiplier: whole(1, 'filters per input channel', 1, 64),
    size: pair(3, 'kernel size in pixels', 1, 128),
    stride: pair(1, 'step of the kernel in pixels', 1, 128),
    dilation: pair(1, 'distance between taps in pixels', 1, 128),
    padding: padding('same', 'zeros around the image'),
    bias: flag(true, 'adds a trained constant to every channel'),
  },
  shape([input], options) {
    const [height, width, channels] = imageShape(input);
    return [...slide(input!, resolveWindow(height, width, options)), channels * options.multiplier];
  },
  params([input], { multiplier, size, bias }) {
    const channels = input![2]!;
    const taps = size[0] * size[1];
    return {
      // Each output sees one channel only, so the fan-in is the number of taps (tfjs multiplies by the channels).
      kernel: kernelParam([size[0], size[1], channels, multiplier], taps, taps * multiplier),
      ...(bias ? { bias: vectorParam([channels * multiplier], 0) } : {}),
    };
  },
  window: (input, options) => resolveWindow(input[0]!, input[1]!, options),
  linear: slidingMap({ convolve, inputGradient }),
  lower(place) {
    const { inputs, params, shape, options, batch, isRectified, output, emit } = place;
    const [x] = inputs as [Value];
    const y = output();
    const dims = {
      ...windowDims(batch, x.shape, shape, resolveWindow(x.shape[0]!, x.shape[1]!, options)),
      channels: x.shape[2]!,
      multiplier: options.multiplier,
    };
    const { kernel, bias = ABSENT } = params as { kernel: number; bias?: number };
    emit(operations.depthwiseConv2d, [x.buffer, kernel, bias, y], { ...dims, relu: Number(isRectified) });
    return {
      output: y,
      isRectified,
      back: ({ dy, dx, gradients }) =>
        emit(
          operations.depthwiseConv2dBackward,
          [x.buffer, kernel, dy, dx(0), gradients.kernel ?? ABSENT, gradients.bias ?? ABSENT],
          dims,
        ),
    };
  },
  detail: describeWindow,
});
