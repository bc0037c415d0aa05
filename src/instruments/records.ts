import type { Conditions } from '../concepts/conditions.ts';
import type { MeasurementRecord } from '../core/record.ts';

/** A rectangle in input pixels. It may leave the image: a field reaches into the padding. */
export interface FieldRectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** How gradients of several inputs become one map, see `receptiveField.md`. */
export type FieldMode = 'abs' | 'signed' | 'rms' | 'reluContribution';

/** The smallest odd square around the centre that holds more than `share` of the map's sum; null: never reached. */
export interface CentredSquare {
  readonly share: number;
  /** Side in input pixels. */
  readonly side: number | null;
  /** side² / (height · width). */
  readonly areaRatio: number | null;
}

/** Where in the input one unit looks. Maps are [height, width] in input pixels, summed over input channels. */
export interface ReceptiveFieldData {
  readonly at: string;
  /** The one channel that was asked, or null for all channels of the position together. */
  readonly channel: number | null;
  /** Row and column of the unit in its own layer. */
  readonly unit: readonly [number, number];
  readonly mode: FieldMode;
  /** Inputs averaged over. */
  readonly samples: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
  /** What the architecture allows, clipped to nothing; 'global' when every pixel can reach the unit. */
  readonly theoretical: FieldRectangle | 'global';
  /** False when paths of different centres meet before the unit. */
  readonly inputsAligned: boolean;
  /** True when the field reaches over the edge of the image, so that part of it saw only padding. */
  readonly clipped: boolean;
  /** Row and column of the field's centre in the input, half-integer when the field's side is even. */
  readonly centre: readonly [number, number];
  /** Luo et al. 2016: pixels above 4.55 % of the centre value, the root of their count, and that over the allowed side. */
  readonly luo: {
    readonly count: number;
    readonly size: number;
    readonly ratio: number | null;
    /** The size with the threshold taken from the map's maximum instead of its centre. */
    readonly sizeRelativeToMax: number;
  };
  /** Mean row and column of the map, in pixels; null for an empty map. */
  readonly mean: readonly [number, number] | null;
  /** Standard deviation of the map along rows and columns, in pixels; null for an empty map. */
  readonly sigma: readonly [number, number] | null;
  readonly squares: readonly CentredSquare[];
  /** The same measured on log10(map + 1), as the RepLKNet script does. */
  readonly squaresLog: readonly CentredSquare[];
  /** The centred square that holds half the weight; null when the map is empty or needs more than the image. */
  readonly half: FieldRectangle | null;
  /** Share of the map's weight in each column, length = width. */
  readonly profile: Float32Array;
}

export interface EntropyLayer {
  readonly at: string;
  /** Name of the stage this output belongs to, for labels. */
  readonly stage: string;
  /** Mean over units, in nats. 0: the layer tells no two samples apart. */
  readonly mean: number;
  /** One entropy per unit, in nats, in the layer's own shape. */
  readonly units: Float32Array;
  /** Mean over positions for each channel. */
  readonly channels: Float32Array;
  /** Units whose entropy is exactly 0: dead for this batch. */
  readonly dead: number;
}

/** How much each layer's outputs vary over a batch. */
export interface BatchEntropyData {
  readonly samples: number;
  readonly layers: readonly EntropyLayer[];
}

export interface StrengthLayer {
  readonly at: string;
  readonly stage: string;
  /** Σ of the weights into each output channel, signed. */
  readonly incoming: Float32Array;
  /** Σ of the weights that leave each output channel, signed, taps summed (our choice); null for the last layer. */
  readonly outgoing: Float32Array | null;
  /** Variance (n − 1) of the in-strengths, of the out-strengths per input tap, and their mean. */
  readonly inVariance: number;
  readonly outVariance: number;
  readonly variance: number;
}

/** How weight mass is spread over neurons. */
export interface StrengthData {
  readonly layers: readonly StrengthLayer[];
}

export interface LayerRelevance {
  readonly at: string;
  readonly stage: string;
  /** All relevance that arrived at this node's output. */
  readonly sum: number;
  /** The same per channel, summed over space. */
  readonly channels: Float32Array;
  /** Channel numbers, largest signed relevance first. */
  readonly order: Uint32Array;
  /** Where relevance lands that goes past this layer, such as on a skip connection; none when every path goes through it. */
  readonly parallel: readonly string[];
}

/** Which pixels and channels speak for a class. */
export interface RelevanceData {
  /** Class explained, and its logit: the relevance the walk started with. */
  readonly class: number;
  readonly start: number;
  /** Softmax probability of that class. */
  readonly probability: number;
  readonly composite: string;
  /** The rule at every node that has one, in walking order. */
  readonly rules: readonly { readonly at: string; readonly rule: string }[];
  readonly height: number;
  readonly width: number;
  /** [height, width], summed over input channels. */
  readonly map: Float32Array;
  /** One entry per stage, from the logits back to the first layer. */
  readonly layers: readonly LayerRelevance[];
  /** Relevance that reached the input, and where the rest stayed. start = reached + bias + stabilizer + other. */
  readonly reached: number;
  readonly absorbedByBias: number;
  readonly absorbedByStabilizer: number;
  readonly lost: number;
  /** Batch norms that could not be folded into the layer before them. */
  readonly notFolded: readonly string[];
  /**
   * At every addition, how many times more relevance (counted without sign) it handed on than arrived. Well above 1: its
   * inputs cancel, and a small change of the picture may change the map a lot.
   */
  readonly sums: readonly { readonly at: string; readonly growth: number }[];
}

/** Who argues for a class: the channels of one node. */
export interface ConceptsData {
  readonly at: string;
  readonly class: number;
  /** The relevance the walk started with: what was asked for, else the usual start. */
  readonly start: number;
  /** What the composite starts with: the logit, or 1. With a start of the other sign, all signs are turned round. */
  readonly usualStart: number;
  readonly probability: number;
  readonly composite: string;
  readonly height: number;
  readonly width: number;
  /** ρ of every channel: its relevance summed over space, or over the region. */
  readonly relevance: Float32Array;
  /** Channel numbers, largest signed relevance first. */
  readonly order: Uint32Array;
  /** The channels that have a map, most relevance (without sign) first. */
  readonly shown: Uint32Array;
  /** Conditional maps, [shown.length, height, width]. */
  readonly maps: Float32Array;
  /** Rows and columns of the node; [1, 1] where it has none. */
  readonly grid: readonly [rows: number, columns: number];
  /** Relevance of every neuron of the channels shown, before the node's own condition: [shown.length, rows, columns]. */
  readonly neurons: Float32Array;
  /** Relevance that goes past the node, on the paths of these nodes. */
  readonly bypassed: number;
  readonly parallel: readonly string[];
  /** What else relevance had to pass, by node; at the node itself, in every map. */
  readonly conditions: Conditions;
  /** The part of the node that was ranked; null for all of it. Maps show the whole channel. */
  readonly region: {
    readonly rows: readonly [number, number];
    readonly columns: readonly [number, number];
  } | null;
}

/** How the evidence travels from a class, or a concept, to the concepts below it. */
export interface AttributionGraphData {
  readonly class: number;
  readonly start: ConceptPlace;
  /** Each concept once, the start first, then level by level. */
  readonly nodes: readonly ConceptPlace[];
  /** Level of each node: 0 for the start. */
  readonly levels: readonly number[];
  /** Relevance that goes from one to the other. */
  readonly edges: readonly { readonly from: ConceptPlace; readonly to: ConceptPlace; readonly relevance: number }[];
  readonly height: number;
  readonly width: number;
  /** The conditional map of every node for the class, [nodes.length, height, width]. */
  readonly maps: Float32Array;
}

/** A channel of a node. */
export interface ConceptPlace {
  readonly at: string;
  readonly channel: number;
}

export type ReceptiveFieldRecord = MeasurementRecord<ReceptiveFieldData>;
export type BatchEntropyRecord = MeasurementRecord<BatchEntropyData>;
export type StrengthRecord = MeasurementRecord<StrengthData>;
export type RelevanceRecord = MeasurementRecord<RelevanceData>;
export type ConceptsRecord = MeasurementRecord<ConceptsData>;
export type AttributionGraphRecord = MeasurementRecord<AttributionGraphData>;
