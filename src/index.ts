/** The tensor library everything here computes with. Use this one: a second copy has its own engine and tensors. */
export * as tf from '@tensorflow/tfjs-core';
export { CancelledError, InputError } from './core/errors.ts';
export * from './datasets/dataset.ts';
export { datasetDigest } from './datasets/datasetDigest.ts';
export { type Dataset, defineDataset } from './datasets/defineDataset.ts';
export { generate, loadDataset } from './datasets/generate.ts';
export { datasets } from './datasets/registry.ts';
export { type Batch, takeBatch, type TakeBatchOptions } from './datasets/takeBatch.ts';
export { datasetFromIdxFiles, type NamedBytes } from './interop/datasetFromIdxFiles.ts';
export { type IdxArray, type IdxLimits, idxLimits, parseIdx } from './interop/idx.ts';
export { registry, type Registry } from './core/registry.ts';
export { random, randomFrom, type Random, type RandomState } from './core/random.ts';
export type { MeasurementRecord } from './core/record.ts';
export { parseData, stringifyData } from './core/plainText.ts';
export { channelsOf, describeShape, sizeOf, type Shape } from './core/shape.ts';
export type { Option, OptionTable, OptionValues, Padding } from './core/options.ts';

export { startEngine, type Engine, type EngineOptions, type Tier } from '#kernels';

export { defineActivation, startOf, type Activation, type ShapeParameter } from './activations/activation.ts';
export { activations } from './activations/registry.ts';
export type { Initializer, KernelSpec } from './initializers/initializer.ts';
export { orthogonalFrom } from './initializers/orthogonal.ts';
export { initializers } from './initializers/registry.ts';
export { defineLayer, defineLinear, type Layer, type ParamSpec } from './layers/layer.ts';
export { layers } from './layers/registry.ts';

export { fieldAt, theoreticalFields, type TheoreticalField } from './network/fields.ts';
export {
  forward,
  forwardSteps,
  outputOf,
  outputSteps,
  type ForwardOptions,
  type ForwardValues,
} from './network/forward.ts';
export { build, freeze, type BuildOptions, type Model } from './network/model.ts';
export {
  countParameters,
  network,
  nodeOf,
  readersOf,
  vocabulary,
  type Network,
  type NetworkNode,
  type NodeSpec,
  type Vocabulary,
} from './network/network.ts';
export { networkDigest, networkFromJSON, networkToJSON, type NetworkJSON } from './network/serialize.ts';
export { firstShown, originsOf, stages } from './network/stages.ts';
export type { NetworkSnapshot, SelectedEdges, Selection, Stage } from './network/snapshot.ts';

export { DivergedError, type Checkpoint } from './training/checkpoint.ts';
export { losses } from './training/losses/registry.ts';
export type { Loss } from './training/losses/loss.ts';
export { updateOf, updateTensors, type Optimizer, type Update } from './training/optimizers/optimizer.ts';
export { optimizers } from './training/optimizers/registry.ts';
export { schedules } from './training/schedules/registry.ts';
export type { Schedule } from './training/schedules/schedule.ts';
export { train, type TrainOptions, type TrainStep } from './training/train.ts';
export { trainingEngines, type EngineChoice, type TrainingEngine } from './training/steppers/chooseEngine.ts';
export { startTraining, type Evaluation, type Trainer, type TrainerOptions } from './training/trainer.ts';
export type { TrainingRecipe } from './training/trainOptions.ts';

export { attributionGraph, batchEntropy, concepts, erf, relevance, strength } from './instruments/index.ts';
export { batchEntropyOf, entropyPerUnit } from './instruments/batchEntropy.ts';
export { defineInstrument, type Instrument, type MeasureContext } from './instruments/instrument.ts';
export * from './instruments/fieldMeasures.ts';
export { observe, type ObserveOptions, type Watch } from './instruments/observe.ts';
export { instruments } from './instruments/registry.ts';
export { kernelStrength, type KernelStrength } from './instruments/strength.ts';
export type * from './instruments/records.ts';

export * as rules from './relevance/rules/index.ts';
export { ruleKinds } from './relevance/rules/registry.ts';
export * from './relevance/composite.ts';
export * from './relevance/place.ts';
export { compositeFrom, composites, type CompositeSpec } from './relevance/composites/registry.ts';
export { uniform } from './relevance/composites/uniform.ts';
export { foldBatchNorm, type Folded } from './relevance/foldBatchNorm.ts';
export { traceOf, traceSteps, type Trace, type TraceOptions } from './relevance/trace.ts';
export { disposeWalk, walk, walkSteps, type WalkOptions, type WalkResult } from './relevance/walk.ts';
export {
  defineRule,
  type Held,
  type Kept,
  type Propagated,
  type Rule,
  type RuleKind,
  type Site,
} from './relevance/rule.ts';

export { ancestorsOf, nearestOf, parallelTo } from './network/ancestors.ts';
export {
  ablate,
  accuracyUnder,
  checkPlan,
  scalesOf,
  type Ablation,
  type AblationPlan,
  type Accuracy,
  type AccuracyOptions,
  type Answers,
} from './concepts/ablation.ts';
export { cellSide, conceptAtlas, gridRegions, type ConceptAtlas } from './concepts/atlas.ts';
export * from './concepts/conceptGraph.ts';
export {
  channelMaps,
  type ChannelMaps,
  type ChannelMapsOptions,
  type ChannelMapsQuery,
} from './concepts/channelMaps.ts';
export {
  absNormalized,
  channelRelevance,
  conditionalMaps,
  regionMask,
  type ChannelRelevanceOptions,
  type Region,
} from './concepts/channelRelevance.ts';
export {
  checkQuery,
  walkOptionsOf,
  type ConceptQuery,
  type Conditions,
  type NodeCondition,
} from './concepts/conditions.ts';
export { blurSize, fieldCrop, gaussianBlur, relevantCrop, type Crop, type RelevantCrop } from './concepts/crops.ts';
export { type Reference, type ReferenceRanking } from './concepts/ranking.ts';
export { referenceMaps, type ReferenceMaps, type ReferenceMapsOptions } from './concepts/referenceMaps.ts';
export { findReferences, type ReferenceMode, type ReferenceOptions, type References } from './concepts/references.ts';

export * from './metrics/index.ts';
export { metrics } from './metrics/registry.ts';
export {
  defineMaskMetric,
  defineMetric,
  type Metric,
  type MetricContext,
  type Scored,
  type Subject,
  type Unscored,
} from './metrics/metric.ts';
export { baselineInput, type Baseline } from './metrics/baselines.ts';
export type { CompletenessData } from './metrics/completeness.ts';
export { flippingCurve, trapezoid, type Flips } from './metrics/flipping.ts';
export type { LargestData } from './metrics/marked.ts';
export type { MassAccuracyData } from './metrics/massAccuracy.ts';
export { relativeChanges, type MaxSensitivityData } from './metrics/maxSensitivity.ts';
export type { ParameterRandomizationData, RandomizationStep } from './metrics/parameterRandomization.ts';
export type { FlippingCurve, FlippingCurves, PixelFlippingData } from './metrics/pixelFlipping.ts';
export type { PointingGameData } from './metrics/pointingGame.ts';
export { ascending, averageRanks, descending, pearson, spearman } from './metrics/ranks.ts';

export {
  defineAttribution,
  type Attribution,
  type AttributionContext,
  type AttributionData,
  type Question,
} from './attributions/attribution.ts';
export { byComposite } from './attributions/byComposite.ts';
export { attributions } from './attributions/registry.ts';

export { presets } from './presets/registry.ts';
export type { Preset } from './presets/preset.ts';
export { connect, type Connection, type ConnectOptions } from './worker/connect.ts';
export type * from './worker/explain/commands.ts';
export type { Commands, DataSummary, Divergence, Frame, RunDescription, RunSummary } from './worker/protocol.ts';
export { edgesOf, takeSnapshot } from './network/takeSnapshot.ts';

export {
  defineInputOptimization,
  type InputOptimization,
  type OptimizedInput,
  type PlanContext,
} from './inputOptimization/inputOptimization.ts';
export type { OptimizationTarget } from './inputOptimization/objective.ts';
export type {
  OptimizationFrame,
  OptimizationHooks,
  OptimizationProgress,
  OptimizationStep,
  Plan as OptimizationPlan,
} from './inputOptimization/optimize.ts';
export { inputOptimizations } from './inputOptimization/registry.ts';
