import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError, throwIfCancelled } from '../core/errors.ts';
import { defaultsOf, parseOptions, type OptionTable, type OptionValues } from '../core/options.ts';
import { describeShape, sameShape, sizeOf } from '../core/shape.ts';
import { checkFinite } from '../core/readBack.ts';
import type { Model } from '../network/model.ts';

/** What is scored: one sample, one class, one way of explaining. */
export interface Subject {
  /** With the weights the map was made with; where training goes on, a frozen one. */
  readonly model: Model;
  /** [1, ...input]; stays the caller's. */
  readonly x: Tensor;
  readonly class: number;
  /** The map being scored, [height, width] with the channels added up, or [features]. */
  readonly map: Float32Array;
  /** 1 for the pixels that decide the label, else 0, laid out as the map; null where nobody knows them. */
  readonly mask: Uint8Array | null;
  /** Explains the same class of another model, or of another input, the same way; laid out as the map. */
  explain(model: Model, x: Tensor): Promise<Float32Array>;
}

export interface MetricContext {
  /** Of everything random; 0 unless told. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** News of how much is done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** Every score has one number for a table; the rest is detail. */
export interface Scored {
  readonly value: number;
}

/** No score: the measure is not defined for this map or mask. Never shown as 0. */
export interface Unscored {
  readonly value: null;
  readonly reason: string;
}

/** A measure of an explanation. It never changes the model, and its result holds no tensors. */
export interface Metric<Data extends Scored = Scored, S extends OptionTable = OptionTable> {
  readonly id: string;
  readonly title: string;
  /** The question it answers, as a reader would ask it. */
  readonly question: string;
  /** What the value's ends mean. */
  readonly scale: string;
  /** One sentence, shown with every score: what it does not prove. */
  readonly caveat: string;
  readonly source: string;
  /** Only defined where the deciding pixels are known. */
  readonly needsMask: boolean;
  readonly options: S;
  readonly defaults: OptionValues<S>;
  measure(subject: Subject, options?: Partial<OptionValues<S>>, context?: MetricContext): Promise<Data | Unscored>;
}

/** A subject whose mask is known. */
export interface Masked extends Subject {
  readonly mask: Uint8Array;
}

interface Description<S extends OptionTable> {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly scale: string;
  readonly caveat: string;
  readonly source: string;
  readonly options: S;
}

interface Definition<Data extends Scored, S extends OptionTable> extends Description<S> {
  compute(
    subject: Subject,
    options: OptionValues<S>,
    context: MetricContext,
  ): Promise<Data | Unscored> | Data | Unscored;
}

interface MaskDefinition<Data extends Scored, S extends OptionTable> extends Description<S> {
  compute(subject: Masked, options: OptionValues<S>): Data | Unscored;
}

/** Makes an item for the `metrics` registry: fills defaults and refuses subjects that do not fit together. */
export function defineMetric<Data extends Scored, const S extends OptionTable = Record<never, never>>(
  definition: Definition<Data, S>,
): Metric<Data, S> {
  const { compute, ...texts } = definition;
  return {
    ...texts,
    needsMask: false,
    defaults: defaultsOf(texts.options),
    async measure(subject, given = {}, context = {}) {
      const options = parseOptions(texts.options, given, `metric "${texts.id}"`);
      checkSubject(subject);
      throwIfCancelled(context.signal, texts.title);
      return await compute(subject, options, context);
    },
  };
}

/** The same for a measure that compares the map with a mask: without one, or with an empty one, it is not defined. */
export function defineMaskMetric<Data extends Scored, const S extends OptionTable = Record<never, never>>(
  definition: MaskDefinition<Data, S>,
): Metric<Data, S> {
  const { compute } = definition;
  const metric = defineMetric<Data, S>({
    ...definition,
    compute(subject, options) {
      const { mask } = subject;
      if (mask === null) return unscored('no mask: nobody marked the pixels that decide this label');
      if (!mask.includes(1)) return unscored('empty mask: no pixel is marked');
      return compute({ ...subject, mask }, options);
    },
  });
  return { ...metric, needsMask: true };
}

export const unscored = (reason: string): Unscored => ({ value: null, reason });

/** Why a map ranks nothing, or null: where all pixels are equal, any order would be made up. */
export function flatness(map: Float32Array): string | null {
  if (map.some((value) => value !== map[0])) return null;
  return map[0] === 0 ? 'empty map: the relevance is 0 everywhere' : `flat map: every pixel has ${map[0]}`;
}

/** Explains and checks what came back. */
export async function explained(subject: Subject, model: Model, x: Tensor): Promise<Float32Array> {
  const map = await subject.explain(model, x);
  if (map.length !== subject.map.length) {
    throw new InputError(
      `explain gave another map: ${map.length} numbers; the map being scored has ${subject.map.length}`,
    );
  }
  checkFinite(map, 'the map');
  return map;
}

function checkSubject({ model, x, map, mask }: Subject): void {
  const { input } = model.network;
  if (!sameShape(x.shape, [1, ...input])) {
    throw new InputError(`wrong input shape: [${x.shape.join(', ')}]; give one sample, [1, ${input.join(', ')}]`);
  }
  const pixels = sizeOf(input.slice(0, 2));
  if (map.length !== pixels) {
    const expected = describeShape(input.slice(0, 2));
    throw new InputError(`wrong size of the map: ${map.length} numbers; expected ${expected}, channels added up`);
  }
  checkFinite(map, 'the map');
  if (mask === null) return;
  if (mask.length !== pixels) {
    throw new InputError(`wrong size of the mask: ${mask.length} numbers; the map has ${pixels}`);
  }
  const odd = mask.find((value) => value > 1);
  if (odd !== undefined) throw new InputError(`bad value in the mask: ${odd}; use 0 and 1`);
}
