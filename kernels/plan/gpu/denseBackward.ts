import type { DenseDims } from '../tensors/dense.ts';
import { conv2dBackward } from './conv2dBackward.ts';
import { asConvolution } from './dense.ts';
import { defineGpuKernel } from './pass.ts';

export const denseBackward = defineGpuKernel<DenseDims>({
  id: 'denseBackward',
  passes: (call) => conv2dBackward.passes({ ...call, dims: asConvolution(call.dims) }),
});
