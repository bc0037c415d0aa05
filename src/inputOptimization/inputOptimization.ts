import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError, throwIfCancelled } from '../core/errors.ts';
import { defaultsOf, parseOptions, type OptionTable, type OptionValues } from '../core/options.ts';
import { sameShape, type Shape } from '../core/shape.ts';
import type { Model } from '../network/model.ts';
import { objectiveOf, type OptimizationTarget } from './objective.ts';
import { optimize, type OptimizationHooks, type Optimized, type Plan } from './optimize.ts';

/** What came of a run, with what it was made from. Plain data and typed arrays, no tensors. */
export interface OptimizedInput extends Optimized {
  /** Id of the method. */
  readonly method: string;
  readonly target: OptimizationTarget;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Tier the numbers were computed on. */
  readonly tier: string;
  /** Shape of the images, without the batch. */
  readonly shape: Shape;
}

/** A way to change an input along the gradient of a target. It never changes the model. */
export interface InputOptimization<S extends OptionTable = OptionTable> {
  readonly id: string;
  readonly title: string;
  /** One sentence for whoever picks it. */
  readonly summary: string;
  readonly source: string;
  readonly formula: string;
  readonly options: S;
  /** Kinds of target it takes. */
  readonly targets: readonly OptimizationTarget['kind'][];
  /**
   * Starts from x [1, ...input], which the caller keeps. Weights that change meanwhile change the target: freeze the
   * model first where training goes on. Throws InputError for a target, an option or an input that
   * does not fit and for numbers that are not finite, CancelledError when the signal fires.
   */
  run(
    model: Model,
    x: Tensor,
    target: OptimizationTarget,
    options?: Partial<OptionValues<S>>,
    hooks?: OptimizationHooks,
  ): Promise<OptimizedInput>;
}

/** What a method may need to plan its steps. */
export interface PlanContext {
  readonly model: Model;
  readonly target: OptimizationTarget;
  readonly seed: number;
}

interface Definition<S extends OptionTable> extends Omit<InputOptimization<S>, 'run'> {
  plan(options: OptionValues<S>, context: PlanContext): Plan;
}

/** Wraps the steps of a method: checks what it is given, runs it, stamps the result. */
export function defineInputOptimization<const S extends OptionTable>(definition: Definition<S>): InputOptimization<S> {
  const { plan, ...item } = definition;
  const { id, title, targets } = item;
  // A bad default fails at start-up and not in somebody's run.
  defaultsOf(item.options);
  return {
    ...item,
    async run(model, x, target, given = {}, hooks = {}) {
      throwIfCancelled(hooks.signal, title);
      const options = parseOptions(item.options, given, id);
      if (!targets.includes(target.kind)) {
        throw new InputError(`wrong target for ${id}: "${target.kind}"; use ${quoted(targets).join(' or ')}`);
      }
      const { input } = model.network;
      const objective = objectiveOf(model.network, target);
      if (!sameShape(x.shape, [1, ...input])) {
        throw new InputError(`wrong input shape: [${x.shape.join(', ')}]; use one sample as [1, ${input.join(', ')}]`);
      }
      const { seed = 0 } = hooks;
      const planned = plan(options, { model, target, seed });
      const optimized = await optimize({ id, title, model, objective, x, plan: planned, hooks });
      return { method: id, target, options, seed, tier: tf.getBackend(), shape: input, ...optimized };
    },
  };
}

const quoted = (words: readonly string[]): string[] => words.map((word) => `"${word}"`);
