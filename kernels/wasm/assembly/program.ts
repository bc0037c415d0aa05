// Every function is named for the operation it runs: see kernels/plan/tensors. All numbers are float32, all addresses bytes.
import { avgPool, avgPoolBackward } from './avgPool.ts';
import { batchNorm, batchNormBackward, batchNormInference, batchNormInferenceBackward } from './batchNorm.ts';
import { conv2d, conv2dBackward } from './conv2d.ts';
import { dense, denseBackward } from './dense.ts';
import { depthwiseConv2d, depthwiseConv2dBackward } from './depthwiseConv2d.ts';
import { dropout } from './dropout.ts';
import { add, addInto, copyChannels, fill } from './flat.ts';
import { globalAvgPool, globalAvgPoolBackward } from './globalAvgPool.ts';
import { softmaxCrossEntropy, binaryCrossEntropy, mse } from './losses.ts';
import { maxPool, maxPoolBackward } from './maxPool.ts';
import { upsample, upsampleBackward } from './upsample.ts';

// Imported and exported apart: the compiler does not find './name.ts' in an export from it.
export {
  conv2d,
  conv2dBackward,
  dense,
  denseBackward,
  depthwiseConv2d,
  depthwiseConv2dBackward,
  maxPool,
  maxPoolBackward,
  avgPool,
  avgPoolBackward,
  globalAvgPool,
  globalAvgPoolBackward,
  upsample,
  upsampleBackward,
  batchNorm,
  batchNormBackward,
  batchNormInference,
  batchNormInferenceBackward,
  add,
  addInto,
  copyChannels,
  fill,
  dropout,
  softmaxCrossEntropy,
  binaryCrossEntropy,
  mse,
};
