export { conv2d } from './conv/conv2d.ts';
export { sparseConv2d } from './conv/sparseConv2d.ts';
export { conv2dInputGradient } from './conv/conv2dInputGradient.ts';
export { conv2dInputGradientTimes } from './conv/conv2dInputGradientTimes.ts';
export { conv2dFilterGradient } from './conv/conv2dFilterGradient.ts';
export { conv2dOracle, conv2dInputGradientOracle, conv2dFilterGradientOracle } from './conv/conv2dOracle.ts';
export { depthwiseConv2d } from './conv/depthwiseConv2d.ts';
export { depthwiseConv2dInputGradient } from './conv/depthwiseConv2dInputGradient.ts';
export { depthwiseConv2dFilterGradient } from './conv/depthwiseConv2dFilterGradient.ts';
export {
  depthwiseConv2dOracle,
  depthwiseConv2dInputGradientOracle,
  depthwiseConv2dFilterGradientOracle,
} from './conv/depthwiseConv2dOracle.ts';
export { maxPool } from './pool/maxPool.ts';
export { maxPoolGradient } from './pool/maxPoolGradient.ts';
export { avgPool } from './pool/avgPool.ts';
export { avgPoolGradient } from './pool/avgPoolGradient.ts';
export { maxPoolOracle, maxPoolGradientOracle, avgPoolOracle, avgPoolGradientOracle } from './pool/poolOracle.ts';
export * as operations from './plan/tensors/index.ts';
export { ABSENT, type Executor, type Operation, type Plan, type PlanBuffer } from './plan/plan.ts';
export { jsExecutor } from './plan/jsExecutor.ts';
export { wasmExecutor } from './plan/wasmExecutor.ts';
export { mayRunWasm, planProgram, type PlanProgram } from './wasm/planProgram.ts';
export type { Dims, Kernel, Numbers } from './plan/kernel.ts';
export { denseOracle, denseGradientsOracle } from './dense/denseOracle.ts';
export { softmaxCrossEntropyOracle } from './dense/softmaxCrossEntropyOracle.ts';
export { selfCheck, type Check, type SelfCheckResult } from './tf/selfCheck.ts';
export { registerGradients } from './tf/gradients.ts';
export { startEngine, type Engine, type EngineOptions, type Tier } from './tf/startEngine.ts';
export type { Adapter } from './tf/adapter.ts';
export type { WasmPaths } from './tf/wasmBinaries.ts';
export type { ConvOptions, Padding, Pair, PoolOptions, Shape4D } from './window.ts';
export type { Float64Tensor } from './oracle.ts';
export { parseExpression, type ParseOptions } from './elementwise/parseExpression.ts';
export { ExpressionError } from './elementwise/expressionError.ts';
export { differentiate } from './elementwise/differentiate.ts';
export { simplified } from './elementwise/simplify.ts';
export { evaluateExpression } from './elementwise/evaluateExpression.ts';
export {
  backwardProgram,
  elementwise,
  forwardProgram,
  type BackwardOptions,
  type Elementwise,
  type ElementwiseDefinition,
  type ParamKinds,
} from './elementwise/elementwise.ts';
export { applyElementwise, applyTensors } from './elementwise/applyTensors.ts';
export { toWgsl, type Wgsl } from './elementwise/toWgsl.ts';
export { wgslFunctions } from './elementwise/wgslFunctions.ts';
export { toTex } from './elementwise/toTex.ts';
export { updateProgram, type UpdateDefinition } from './elementwise/updates.ts';
export { streams, type StreamDeclaration, type StreamProgram } from './elementwise/streams.ts';
export { compileStreams, type StreamRunner } from './elementwise/compileStreams.ts';
export { emitStreams } from './elementwise/emitStreams.ts';
export type { Expression } from './elementwise/expression.ts';
export { gpuProgram, type GpuProgram, type GpuProgramOptions } from './plan/gpu/gpuProgram.ts';
export { webgpuExecutor, type WebgpuExecutor, type WebgpuExecutorOptions } from './plan/gpu/webgpuExecutor.ts';
