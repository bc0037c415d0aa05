import type { Dims, Kernel, StreamProgram } from '#kernels';
import type { Activation } from '../activations/activation.ts';
import type { Registry } from '../core/registry.ts';
import type { Shape } from '../core/shape.ts';

/** A value of the net in a plan: [batch, ...shape]. */
export interface Value {
  readonly buffer: number;
  readonly shape: Shape;
  /** A ReLU has been applied to it already: the node that was to do so only gives it its name. */
  readonly isRectified?: boolean;
}

/** Where a node's operations go: its surroundings, and the ways to emit. */
export interface LoweringPlace<O = Readonly<Record<string, unknown>>> {
  readonly batch: number;
  readonly inputs: readonly Value[];
  /** Buffers of its weights, by name. */
  readonly params: Readonly<Record<string, number>>;
  /** Shape of the output, without the batch. */
  readonly shape: Shape;
  readonly options: O;
  readonly activations: Registry<Activation>;
  /** Batch statistics, dropout on. */
  readonly isTraining: boolean;
  /** What keeps this node's random numbers apart from those of others. */
  readonly lane: number;
  /** One number: what keeps the random numbers of a step apart from those of others. */
  readonly key: number;
  /** The only thing that reads the output is a ReLU: the node may apply it at once. */
  readonly isRectified: boolean;
  /** A new buffer for the output. */
  output(): number;
  /** Memory of its own, of so many numbers, that lives until its way back. */
  own(name: string, size: number): number;
  emit<D extends Dims>(kernel: Kernel<D>, buffers: readonly number[], dims: D): void;
  stream(program: StreamProgram, buffers: readonly number[], rows: number, channels: number): void;
}

/** The way back through a node. */
export interface WayBack {
  /** Gradient of the output. */
  readonly dy: number;
  /** Buffers to add the gradients of its weights to, by name; absent where nobody wants one. */
  readonly gradients: Readonly<Record<string, number>>;
  /** Where the gradient of an input goes: every number there has to be written. ABSENT where nobody wants it. */
  dx(input: number): number;
  /** The gradient of an input is that of the output. */
  pass(input: number): void;
}

/** What a node became. */
export interface Lowered {
  readonly output: number;
  /** It applied the ReLU behind it, too. */
  readonly isRectified?: boolean;
  /** Emits the way back; absent: the output is the input under another name. */
  readonly back?: (way: WayBack) => void;
}

/** Emits a node's forward pass, and says how the gradient goes back. */
export type Lower<O> = (place: LoweringPlace<O>) => Lowered;
