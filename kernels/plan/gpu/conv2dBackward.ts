import { ABSENT } from '../plan.ts';
import type { ConvDims } from '../tensors/slidingWindow.ts';
import { biasGradient } from './biasGradient.ts';
import { convWork } from './conv2d.ts';
import { convInputGradient } from './convInputGradient.ts';
import { convKernelGradient } from './convKernelGradient.ts';
import { convInputGradientTiles } from './convTiles.ts';
import { convWeightGradients } from './convWeightGradients.ts';
import { defineGpuKernel } from './pass.ts';
import { lanesOf } from './text.ts';
import { together } from './together.ts';

export const conv2dBackward = defineGpuKernel<ConvDims>({
  id: 'conv2dBackward',
  passes({ dims, buffers, isSet, isTiled }) {
    const [, , dy, dx, dw, dbias] = buffers as readonly [number, number, number, number, number, number];
    if (isTiled(convWork(dims))) {
      return [
        ...(dw === ABSENT && dbias === ABSENT ? [] : [convWeightGradients(dims, buffers, isSet)]),
        ...(dx === ABSENT ? [] : [convInputGradientTiles(dims, buffers)]),
      ];
    }
    const sizes = {
      batch: dims.batch,
      positions: dims.outHeight * dims.outWidth,
      channels: dims.outChannels,
      lanes: lanesOf(dims.outChannels),
    };
    const tasks = [
      ...(dw === ABSENT ? [] : [convKernelGradient(dims, buffers, isSet(4))]),
      ...(dbias === ABSENT ? [] : [biasGradient(sizes, dy, dbias, isSet(5))]),
      ...(dx === ABSENT ? [] : [convInputGradient(dims, buffers)]),
    ];
    return [together(tasks, lanesOf(dims.inChannels), dx)];
  },
});
