import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../activations/activation.ts';
import type { OptionTable, OptionValues, Padding } from '../core/options.ts';
import type { Registry } from '../core/registry.ts';
import type { Shape } from '../core/shape.ts';
import type { Lower } from '../plan/lowering.ts';

/** How one weight tensor of a node starts and is trained. */
export interface ParamSpec {
  readonly shape: Shape;
  /** 'kernel': drawn by the initialiser from the two fans; a number: filled with it. */
  readonly start: 'kernel' | number;
  readonly fanIn?: number;
  readonly fanOut?: number;
  /** False for running statistics. */
  readonly trainable: boolean;
  /** Whether weight decay applies: kernels only. */
  readonly decays: boolean;
}

/** Spatial footprint of a node; [vertical, horizontal] each, padding as top, bottom, left, right. */
export interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Padding;
}

/**
 * What a node is to an explanation:
 * linear: kernel and bias; pointwise: an activation, gates included; sum: adds inputs; mean: averages positions;
 * max: passes one of several; normalize: batch norm; route: moves or copies values.
 */
export type LayerRole = 'linear' | 'pointwise' | 'sum' | 'mean' | 'max' | 'normalize' | 'route';

export type Params = Readonly<Record<string, Tensor>>;

/** What a layer may use beside its inputs and weights. */
export interface LayerContext {
  readonly training: boolean;
  readonly activations: Registry<Activation>;
  /** Key of this step's random numbers; only while training. */
  readonly key: number | undefined;
  /** What keeps this node's random numbers apart from those of others. */
  readonly lane: number;
  /** Hands a new value of a running statistic to the training loop. */
  update(param: string, value: Tensor): void;
}

/** A linear node seen as F(x; w, b) and its transpose T(r; w), which the relevance rules bend. */
export interface LinearMap<O> {
  forward(x: Tensor, kernel: Tensor, bias: Tensor | null, options: O): Tensor;
  /** F without a gradient, for a kernel that is used once or twice, where there is a faster way. */
  forwardOnce?(x: Tensor, kernel: Tensor, bias: Tensor | null, options: O): Tensor;
  /** `shape` is the input's full shape, batch included. */
  transpose(r: Tensor, kernel: Tensor, shape: readonly number[], options: O): Tensor;
  /** x ⊙ T(r; w) for any number of r over one sample x, where there is a faster way than to multiply the two. */
  timesTranspose?(x: Tensor, r: Tensor, kernel: Tensor, options: O): Tensor;
}

/** The values around a node that is pulled back through. */
export interface PullPlace {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly params: Params;
}

/** A node kind: stateless; shapes, weight shapes and a function. */
export interface Layer<S extends OptionTable = OptionTable> {
  readonly id: string;
  readonly title: string;
  /** One sentence for whoever picks it. */
  readonly summary: string;
  readonly role: LayerRole;
  readonly options: S;
  /** How many inputs it takes. */
  readonly inputs: 'one' | 'many';
  /** Every output depends on every position of the input. */
  readonly isGlobal?: boolean;
  /** Output shape; throws an InputError that says what would fit. */
  shape(inputs: readonly Shape[], options: OptionValues<S>, activations: Registry<Activation>): Shape;
  params?(
    inputs: readonly Shape[],
    options: OptionValues<S>,
    activations: Registry<Activation>,
  ): Readonly<Record<string, ParamSpec>>;
  apply(inputs: readonly Tensor[], params: Params, context: LayerContext, options: OptionValues<S>): Tensor;
  /** Absent: pointwise in space. */
  window?(input: Shape, options: OptionValues<S>): Window;
  /** How many output pixels one input pixel becomes; absent: one. */
  enlarges?(options: OptionValues<S>): readonly [number, number];
  readonly linear?: LinearMap<OptionValues<S>>;
  /** The node as operations of a plan; absent: no plan can hold it, and a net with it is trained op by op. */
  readonly lower?: Lower<OptionValues<S>>;
  /** What keeps a node with these options out of plans, in words; null: nothing. Absent: nothing ever does. */
  outsidePlans?(options: OptionValues<S>, activations: Registry<Activation>): string | null;
  /**
   * The gradient of Σ r·output with respect to each input, in closed form, outside training. r may hold any number of
   * samples where the input holds one. Absent: taken from the tape.
   */
  pull?(r: Tensor, place: PullPlace, options: OptionValues<S>): Tensor[];
  /** "5 × 5, stride 2" */
  detail(options: OptionValues<S>): string;
}

/** Declares a node kind; the type of the options follows from the table. */
export function defineLayer<const S extends OptionTable>(layer: Layer<S>): Layer<S> {
  return layer;
}

/** Declares a linear node kind: `apply` is its linear map on its own kernel and bias. */
export function defineLinear<const S extends OptionTable>(
  layer: Omit<Layer<S>, 'apply' | 'role' | 'linear'> & { readonly linear: LinearMap<OptionValues<S>> },
): Layer<S> {
  return {
    ...layer,
    role: 'linear',
    apply: ([x], { kernel, bias }, _context, options) => layer.linear.forward(x!, kernel!, bias ?? null, options),
  };
}

/** A kernel of the given shape, drawn by the initialiser. */
export function kernelParam(shape: Shape, fanIn: number, fanOut: number): ParamSpec {
  return { shape, start: 'kernel', fanIn, fanOut, trainable: true, decays: true };
}

/** A trained vector that starts at one value: biases, scales, shape parameters. */
export function vectorParam(shape: Shape, start: number): ParamSpec {
  return { shape, start, trainable: true, decays: false };
}
