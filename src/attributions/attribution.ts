import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { throwIfCancelled } from '../core/errors.ts';
import { inTurn, nextTask } from '../core/inTurn.ts';
import { defaultsOf, parseOptions, type OptionTable, type OptionValues } from '../core/options.ts';
import { chunkSize } from '../metrics/classScores.ts';
import { freeze, type Model } from '../network/model.ts';
import type { Network } from '../network/network.ts';
import type { RuleChoices } from '../relevance/composite.ts';
import { logitOf, probabilityOf } from '../relevance/logits.ts';
import { checkMap, checkShapes, finiteLogits, finiteValues } from './checks.ts';

type Details = Readonly<Record<string, unknown>>;

/** What a method found, with what it was asked. Plain data and typed arrays, no tensors. */
export interface AttributionData<D extends Details = Details> {
  /** Id of the method. */
  readonly attribution: string;
  /** The class that was explained, its logit and its probability. */
  readonly class: number;
  readonly score: number;
  readonly probability: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Tier the numbers were computed on. */
  readonly tier: string;
  /** Of the map; a row of features is 1 × features. */
  readonly height: number;
  readonly width: number;
  /** [height, width]: one number per pixel; of `perChannel`, the sum over the channels unless the method says otherwise. */
  readonly map: Float32Array;
  /** [height, width, channels], or null where the method gives one number per pixel. */
  readonly perChannel: Float32Array | null;
  /** Whether numbers below zero have a meaning of their own. */
  readonly signed: boolean;
  /** Of the map. */
  readonly sum: number;
  readonly details: D;
}

export interface AttributionContext {
  readonly signal?: AbortSignal | undefined;
  /** News of how much is done, from 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Of everything random; 0 unless told. */
  readonly seed?: number | undefined;
  /** Rules for single nodes, in the place of a composite's; methods that follow no composite pass them over. */
  readonly rules?: RuleChoices | undefined;
}

/** A way to say which pixels a class owes its score to. It never changes the model. */
export interface Attribution<S extends OptionTable = OptionTable, D extends Details = Details> {
  readonly id: string;
  readonly title: string;
  /** One sentence for whoever picks it. */
  readonly summary: string;
  readonly source: string;
  /** One sentence, shown with every map: what it does not prove. */
  readonly caveat: string;
  /** Refuses a net that reads rows of features. */
  readonly needsImages: boolean;
  readonly options: S;
  /**
   * Explains the class `target` of x [1, ...input], which stays the caller's, with the weights the model has now. Throws
   * InputError for a class, an option, an input or a net that does not fit and for numbers that are not finite,
   * CancelledError when the signal fires.
   */
  explain(
    model: Model,
    x: Tensor,
    target: number,
    options?: Partial<OptionValues<S>>,
    context?: AttributionContext,
  ): Promise<AttributionData<D>>;
}

/** What a method works with: everything checked, the weights held still. */
export interface Question {
  readonly model: Model;
  /** [1, ...input], and the same as plain numbers. */
  readonly x: Tensor;
  readonly values: Float32Array;
  readonly target: number;
  /** f(x), the logit of the class. */
  readonly score: number;
  readonly seed: number;
  readonly rules: RuleChoices;
  /** Does a job for the numbers first … first + count − 1, as many at once as memory allows, and so on to `total`. */
  inChunks(total: number, job: (first: number, count: number) => Promise<void>): Promise<void>;
  /** Runs steps to their end, and lets other work in; cancelled with the question. */
  inTurn<T>(steps: Generator<unknown, T>): Promise<T>;
}

/** One number for every number of the input, in its layout; without a map of its own the channels add up. */
type Numbers =
  | { readonly perChannel: Float32Array; readonly map?: Float32Array }
  | { readonly perChannel: null; readonly map: Float32Array };

type Computed<D extends Details> = Numbers & {
  /** True unless told. */
  readonly signed?: boolean;
  readonly details: D;
};

interface Definition<S extends OptionTable, D extends Details> extends Omit<Attribution<S, D>, 'explain'> {
  compute(question: Question, options: OptionValues<S>): Promise<Computed<D>>;
}

/** Makes an item for the `attributions` registry: checks what it is given, holds the weights still, sums the channels. */
export function defineAttribution<const S extends OptionTable, const D extends Details>(
  definition: Definition<S, D>,
): Attribution<S, D> {
  const { compute, ...item } = definition;
  const { id, title } = item;
  // A bad default fails at start-up and not in somebody's hands.
  defaultsOf(item.options);
  return {
    ...item,
    async explain(model, x, target, given = {}, context = {}) {
      const { signal, onProgress, seed = 0, rules = {} } = context;
      throwIfCancelled(signal, title);
      const options = parseOptions(item.options, given, id);
      const column = logitOf(model.network, target);
      checkShapes(item, x, model.network);
      const frozen = freeze(model);
      const sample = tf.clone(x);
      try {
        const values = await finiteValues(sample);
        const turns: Question['inTurn'] = (steps) => inTurn(steps, { signal, what: title });
        const logits = await finiteLogits(frozen, sample, turns);
        const score = logits[column]!;
        const inChunks = chunksOf(frozen, title, context);
        const found = await compute(
          { model: frozen, x: sample, values, target, score, seed, rules, inChunks, inTurn: turns },
          options,
        );
        const [height, width] = sizeOfMap(model.network);
        const { perChannel, details, signed = true } = found;
        const map = perChannel === null ? found.map : (found.map ?? channelsSummed(perChannel, height * width));
        await checkMap(frozen, sample, map);
        throwIfCancelled(signal, title);
        onProgress?.(1);
        return {
          attribution: id,
          class: target,
          score,
          probability: probabilityOf(logits, target),
          options,
          seed,
          tier: tf.getBackend(),
          height,
          width,
          map,
          perChannel,
          signed,
          sum: map.reduce((sum, value) => sum + value, 0),
          details,
        };
      } finally {
        sample.dispose();
        frozen.dispose();
      }
    },
  };
}

function chunksOf(model: Model, title: string, { signal, onProgress }: AttributionContext): Question['inChunks'] {
  return async (total, job) => {
    const size = chunkSize(model.network);
    for (let first = 0; first < total; first += size) {
      onProgress?.(first / total);
      await job(first, Math.min(size, total - first));
      // On some tiers a read waits for nothing; the message that cancels needs a task of its own.
      await nextTask();
      throwIfCancelled(signal, title);
    }
  };
}

function sizeOfMap({ input }: Network): [height: number, width: number] {
  return input.length === 3 ? [input[0]!, input[1]!] : [1, input[0]!];
}

/** [height, width, channels] to [height, width]. */
function channelsSummed(values: Float32Array, pixels: number): Float32Array {
  const channels = values.length / pixels;
  return Float32Array.from({ length: pixels }, (_, p) =>
    values.subarray(p * channels, (p + 1) * channels).reduce((sum, value) => sum + value, 0),
  );
}
