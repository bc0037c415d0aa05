import type { DenseDims } from '../tensors/dense.ts';
import { conv2d } from './conv2d.ts';
import type { ConvDims } from '../tensors/slidingWindow.ts';
import { defineGpuKernel } from './pass.ts';

/** A dense layer is a convolution of images of one pixel. */
export const asConvolution = ({ m, k, n }: DenseDims): ConvDims => ({
  ...{ batch: m, inChannels: k, outChannels: n },
  ...{ height: 1, width: 1, outHeight: 1, outWidth: 1, kernelHeight: 1, kernelWidth: 1 },
  ...{ strideY: 1, strideX: 1, dilationY: 1, dilationX: 1, top: 0, left: 0 },
});

export const dense = defineGpuKernel<DenseDims & { readonly relu: number }>({
  id: 'dense',
  passes: (call) => conv2d.passes({ ...call, dims: { ...asConvolution(call.dims), relu: call.dims.relu } }),
});
