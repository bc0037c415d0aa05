import * as tf from '@tensorflow/tfjs-core';
import { mayRunWasm } from '#kernels';
import { InputError } from '../../core/errors.ts';
import type { Model } from '../../network/model.ts';
import { outsidePlans } from '../../plan/lower.ts';
import type { TrainingPlan } from '../trainOptions.ts';
import { eagerStepper } from './eager.ts';
import { plannedStepper } from './planned.ts';
import type { Stepper } from './stepper.ts';

/** What computes training steps: a plan of the whole net in WebAssembly or in typed arrays, or tfjs op by op. */
export type TrainingEngine = 'wasm' | 'js' | 'tfjs';

export const trainingEngines: readonly (TrainingEngine | 'auto')[] = ['auto', 'wasm', 'js', 'tfjs'];

/** The engine of a run, and why it is this one. */
export interface EngineChoice {
  readonly engine: TrainingEngine;
  /** Half a sentence: "no node is without a lowering". */
  readonly why: string;
}

/** Takes the engine that was asked for, or the fastest one that can hold the net. */
export function chooseEngine({ network }: Model, wanted: TrainingEngine | 'auto' = 'auto'): EngineChoice {
  if (!trainingEngines.includes(wanted)) {
    throw new InputError(`unknown engine: "${wanted as string}"; known: ${trainingEngines.join(', ')}`);
  }
  const outside = outsidePlans(network);
  if (wanted === 'tfjs') return { engine: 'tfjs', why: 'asked for' };
  if (wanted !== 'auto') {
    if (outside) {
      throw new InputError(`no plan for node "${outside.node}": ${outside.why}; use engine tfjs or auto`, outside.node);
    }
    if (wanted === 'wasm' && !mayRunWasm()) {
      throw new InputError('no WebAssembly with vector instructions on this page; use engine js or auto');
    }
    return { engine: wanted, why: 'asked for' };
  }
  if (outside) return { engine: 'tfjs', why: `node "${outside.node}" keeps the net off the fast path: ${outside.why}` };
  // Until plans run on the GPU themselves.
  if (tf.getBackend() === 'webgpu')
    return { engine: 'tfjs', why: 'the GPU was chosen, and plans run on the processor' };
  if (mayRunWasm()) return { engine: 'wasm', why: 'the whole net fits into a plan' };
  return { engine: 'js', why: 'this page runs no WebAssembly with vector instructions' };
}

/** The steps of a run on an engine. */
export function stepperOf(model: Model, recipe: TrainingPlan, { engine }: EngineChoice): Stepper {
  return engine === 'tfjs' ? eagerStepper(model, recipe) : plannedStepper(model, recipe, engine);
}
