import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { inTurn, nextTask } from '../core/inTurn.ts';
import { real } from '../core/options.ts';
import type { Shape } from '../core/shape.ts';
import { readAndDispose } from '../core/readBack.ts';
import { outputSteps } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import type { Objective } from './objective.ts';
import { valueAndGradient, valueOnly } from './valueAndGradient.ts';

/** Every pixel stays in this range: that of the data the net was trained on. */
export const range = {
  low: real(0, 'smallest value a pixel may take', -1000, 1000),
  high: real(1, 'largest value a pixel may take', -1000, 1000),
};

/** One step's numbers. Everything is [1, ...input] in the method's current size. */
export interface OptimizationStep {
  readonly x: Tensor;
  /** Gradient of the objective at x. */
  readonly g: Tensor;
  /** What the change is measured from. */
  readonly origin: Tensor;
  /** Counts from 0. */
  readonly step: number;
}

/** The steps of one run. Its functions are called inside tf.tidy; what they return is clipped to the range. */
export interface Plan {
  readonly steps: number;
  readonly range: { readonly low: number; readonly high: number };
  /** What the change is measured from; without it, the given input. */
  origin?(x: Tensor): Tensor;
  /** Where the first step starts; without it, at the origin. */
  start?(origin: Tensor): Tensor;
  next(step: OptimizationStep): Tensor;
}

export interface OptimizationProgress {
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  /** The target's value after that many steps. */
  readonly value: number;
}

export interface OptimizationHooks {
  readonly signal?: AbortSignal;
  /** Called at the start and after every step, and waited for. */
  readonly onProgress?: (progress: OptimizationProgress) => Promise<void> | void;
  /** For random starts; default 0. */
  readonly seed?: number;
}

/** The image after some steps. */
export interface OptimizationFrame {
  readonly step: number;
  /** Without the batch; octaves of a dream have smaller ones. */
  readonly shape: Shape;
  readonly image: Float32Array;
}

export interface Optimized {
  /** The image that the change is measured from: the given one, or a blank or random one if the method was told so. */
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** The target's value at the start and after each step: [steps + 1]. */
  readonly trace: Float32Array;
  /** Mean |g| that each step went by: [steps]. Zeros tell that nothing moved because no gradient arrived. */
  readonly gradientSizes: Float32Array;
  /** Outputs of the net for `before` and `after`. */
  readonly logitsBefore: Float32Array;
  readonly logitsAfter: Float32Array;
  /** Norms of after − before: the largest |difference|, and the root of the sum of squares. */
  readonly perturbation: { readonly linf: number; readonly l2: number };
  /** At most eight images from the first to the last, evenly spaced. */
  readonly frames: readonly OptimizationFrame[];
}

interface Run {
  readonly id: string;
  readonly title: string;
  readonly model: Model;
  readonly objective: Objective;
  readonly x: Tensor;
  readonly plan: Plan;
  readonly hooks: OptimizationHooks;
}

const FRAMES = 8;

/** Runs a plan: the objective's gradient at x, the step, the clip, and so on. Frees everything it makes. */
export async function optimize({ id, title, model, objective, x: given, plan, hooks }: Run): Promise<Optimized> {
  const { steps } = plan;
  const { low, high } = plan.range;
  if (low >= high) throw new InputError(`bad range in ${id}: low ${low}, high ${high}; use a low below the high`);
  const trace = new Float32Array(steps + 1);
  const gradientSizes = new Float32Array(steps);
  const frames: OptimizationFrame[] = [];
  const shown = new Set(Array.from({ length: FRAMES }, (_, i) => Math.round((i * steps) / (FRAMES - 1))));
  const turn = { signal: hooks.signal, what: title };
  const clip = (image: Tensor) => tf.clipByValue(image, low, high);

  // Copies: the input belongs to the caller.
  const origin = tf.tidy(() => tf.clone(plan.origin?.(given) ?? given));
  let owned = [origin];
  try {
    const before = await valuesOf(origin);
    checkRange(before, low, high);
    let x = tf.tidy(() => clip(plan.start?.(origin) ?? origin));
    owned = [origin, x];
    for (let step = 0; step <= steps; step++) {
      const isLast = step === steps;
      const slope = isLast ? valueOnly(model, x, objective) : valueAndGradient(model, x, objective);
      const { value, g } = await inTurn(slope, turn);
      const [numbers, next] = tf.tidy(() => {
        if (!g) return [tf.stack([value])];
        return [tf.stack([value, tf.mean(tf.abs(g))]), clip(plan.next({ x, g, origin, step }))];
      });
      tf.dispose([value, ...(g ? [g] : [])]);
      if (next) owned.push(next);
      const [read] = (await readAndDispose([numbers!])) as [Float32Array];
      checkNumbers('the target', read.subarray(0, 1), step);
      checkNumbers('the gradient', read.subarray(1), step);
      trace[step] = read[0]!;
      if (!isLast) gradientSizes[step] = read[1]!;
      if (shown.has(step)) frames.push({ step, shape: x.shape.slice(1), image: await valuesOf(x) });
      await hooks.onProgress?.({ step, steps, value: trace[step]! });
      // On some tiers a read waits for nothing; messages, the one that cancels among them, need a task of their own.
      await nextTask();
      if (next) {
        x.dispose();
        x = next;
        owned = [origin, x];
      }
    }
    const after = frames.at(-1)!.image;
    const logitsAt = async (image: Tensor, step: number) => {
      const [logits] = (await readAndDispose([await inTurn(outputSteps(model, image), turn)])) as [Float32Array];
      checkNumbers('a logit', logits, step);
      return logits;
    };
    const [logitsBefore, logitsAfter] = [await logitsAt(origin, 0), await logitsAt(x, steps)];
    const perturbation = normsOf(before, after);
    return { before, after, trace, gradientSizes, logitsBefore, logitsAfter, perturbation, frames };
  } finally {
    for (const tensor of owned) tensor.dispose();
  }
}

async function valuesOf(tensor: Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}

/** A start outside the range would be moved by the clip alone, further than a method promises. */
function checkRange(values: Float32Array, low: number, high: number): void {
  // Rounded as the image is: a bound of 0.1 holds the pixel 0.1.
  const value = values.find((v) => !(v >= Math.fround(low) && v <= Math.fround(high)));
  if (value === undefined) return;
  throw new InputError(
    Number.isFinite(value)
      ? `start outside the range: ${value}; set low and high, now ${low} and ${high}, so that they hold the image`
      : `not a finite number: the start holds ${value}; use another image`,
  );
}

function checkNumbers(what: string, values: Float32Array, step: number): void {
  const value = values.find((v) => !Number.isFinite(v));
  if (value === undefined) return;
  throw new InputError(
    step === 0
      ? `not a finite number: ${what} is ${value} at the start; check the weights and the image`
      : `diverged: ${what} is ${value} after ${step} ${step === 1 ? 'step' : 'steps'}; use a smaller step or a narrower range`,
  );
}

function normsOf(before: Float32Array, after: Float32Array): { linf: number; l2: number } {
  const differences = Float64Array.from(after, (value, i) => value - before[i]!);
  return {
    linf: differences.reduce((most, d) => Math.max(most, Math.abs(d)), 0),
    l2: Math.sqrt(differences.reduce((sum, d) => sum + d * d, 0)),
  };
}
