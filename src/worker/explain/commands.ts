import type { AttributionData } from '../../attributions/attribution.ts';
import type { AblationPlan } from '../../concepts/ablation.ts';
import type { ReferenceMode } from '../../concepts/references.ts';
import type { MeasurementRecord } from '../../core/record.ts';
import type { OptimizedInput } from '../../inputOptimization/inputOptimization.ts';
import type { OptimizationTarget } from '../../inputOptimization/objective.ts';
import type { RelevanceRecord } from '../../instruments/records.ts';
import type { Scored, Unscored } from '../../metrics/metric.ts';
import type { RuleChoices } from '../../relevance/composite.ts';
import type { CompositeSpec } from '../../relevance/composites/registry.ts';

/** Settings of a method, by name. */
export type Settings = Readonly<Record<string, unknown>>;

/** What is explained: a held-out sample, with the weights of now or of a kept step. */
export interface Asked {
  readonly sample: number;
  /** Class to explain; null: the one the net answers. */
  readonly class: number | null;
  /** A kept step; null: the weights as they are. */
  readonly step: number | null;
}

/** A way to make a map: the id of an attribution, with settings that differ from its defaults. */
export interface Method {
  readonly id: string;
  readonly options: Settings;
  /** Rules for single nodes, where the method follows a composite. */
  readonly rules?: RuleChoices;
}

/** A map with the step its weights belong to. */
export interface Explanation extends AttributionData {
  readonly step: number;
}

/** A reference sample as it is shown. */
export interface ShownReference {
  readonly sample: number;
  readonly label: number;
  readonly value: number;
  /** Flat position of the channel's strongest unit: row·width + column. */
  readonly neuron: number;
  /** The sample itself, in the data's shape. */
  readonly input: Float32Array;
  /** Conditional map of the channel, [height, width]; null until it is computed. */
  readonly map: Float32Array | null;
  /** Where the strongest unit of the channel found its argument, in pixels; null until it is computed. */
  readonly crop: Box | null;
  /** All that this unit can see; null until it is computed. */
  readonly field: Box | null;
}

export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Reference samples of some channels, found so far. */
export interface FoundReferences {
  readonly at: string;
  readonly mode: ReferenceMode;
  readonly step: number;
  /** Held-out samples seen so far, and all of them. */
  readonly done: number;
  readonly total: number;
  readonly channels: readonly {
    readonly channel: number;
    readonly references: readonly ShownReference[];
    /** Classes by their mean best values, largest first. */
    readonly classes: readonly { readonly label: number; readonly score: number }[];
  }[];
}

/** What the net answers with some channels scaled, beside what it answers as it is. */
export interface AblationAnswer {
  readonly step: number;
  readonly plan: AblationPlan;
  readonly class: number;
  readonly before: AblationSide;
  readonly after: AblationSide;
}

export interface AblationSide {
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  /** Class with the largest logit. */
  readonly answer: number;
  /** Share of held-out samples answered right; null until it is counted. */
  readonly accuracy: number | null;
  readonly map: RelevanceRecord;
}

/** A score of a map, or why there is none. */
export interface Score {
  readonly metric: string;
  readonly method: Method;
  /** Settings of the metric that differ from its defaults. */
  readonly options: Settings;
  readonly step: number;
  readonly result: Scored | Unscored;
}

/** A channel that is followed while training goes on. */
export interface Pin {
  readonly at: string;
  readonly channel: number;
  readonly sample: number;
  readonly class: number | null;
}

/** A followed channel at one step. */
export interface PinnedConcept extends Pin {
  readonly step: number;
  /** The class its relevance is for, and that class's probability. */
  readonly explained: number;
  readonly probability: number;
  /** ρ of the channel, its share of Σ |ρ|, and its place among the channels by size, 1 for the foremost. */
  readonly relevance: number;
  readonly share: number;
  readonly rank: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly map: Float32Array;
  /** The samples it counts most for, of the first so many held-out ones. */
  readonly references: readonly Pick<ShownReference, 'sample' | 'label' | 'value' | 'input'>[];
  readonly referenceSamples: number;
}

/** Commands that explain: what each takes, what it answers, and what it sends on the way. */
export interface ExplainCommands {
  /** Any instrument on one held-out sample. */
  measure: { take: Asked & { instrument: string; options: Settings }; answer: MeasurementRecord };
  attribute: { take: Asked & Method; answer: Explanation };
  references: {
    take: {
      step: number | null;
      at: string;
      channels: readonly number[];
      mode: ReferenceMode;
      /** Only samples of this class. */
      label: number | null;
      /** Samples per channel. */
      count: number;
      composite: CompositeSpec;
      rules: RuleChoices;
    };
    answer: FoundReferences;
    part: FoundReferences;
  };
  ablate: {
    take: Asked & { plan: AblationPlan; composite: CompositeSpec; rules: RuleChoices };
    answer: AblationAnswer;
    part: AblationAnswer;
  };
  score: { take: Asked & { metric: string; method: Method; options: Settings }; answer: Score };
  optimizeInput: {
    take: Asked & { method: Method; target: OptimizationTarget };
    answer: OptimizedInput & { readonly step: number };
  };
  /** Follows a channel; null stops. */
  pin: { take: { pin: Pin | null }; answer: null };
}
