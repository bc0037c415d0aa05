import * as tf from '@tensorflow/tfjs-core';
import { throwIfCancelled } from '../core/errors.ts';
import { inTurn, nextTask } from '../core/inTurn.ts';
import { sizeOf } from '../core/shape.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import { outputSteps } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import type { Network } from '../network/network.ts';
import { logitOf, probabilityOf } from '../relevance/logits.ts';

export interface ClassScores {
  /** One number per input. */
  readonly logit: Float32Array;
  readonly probability: Float32Array;
}

export interface ClassScoresOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after every chunk with the number of inputs in it. */
  readonly onInputs?: (count: number) => void;
}

/** What one chunk may hold, over all nodes: 16 MiB of float32. */
const NUMBERS_AT_ONCE = 2 ** 22;
/** A chunk is what a cancel waits for. */
const INPUTS_AT_ONCE = 32;

/** What cancelled work is called. */
const WORK = 'scoring an explanation';

/** How many inputs may go through the net together. */
export function chunkSize({ input, nodes }: Network): number {
  const perInput = nodes.reduce((sum, { shape }) => sum + sizeOf(shape), sizeOf(input));
  return Math.max(1, Math.min(INPUTS_AT_ONCE, Math.floor(NUMBERS_AT_ONCE / perInput)));
}

/**
 * Logit and probability of one class for input after input, a chunk at a time; other work gets in between chunks. Each
 * input is copied before the next is asked for, so the iterable may hand out one buffer again and again.
 */
export async function classScores(
  model: Model,
  target: number,
  inputs: Iterable<Float32Array>,
  { signal, onInputs }: ClassScoresOptions = {},
): Promise<ClassScores> {
  const column = logitOf(model.network, target);
  const size = sizeOf(model.network.input);
  const chunk = new Float32Array(chunkSize(model.network) * size);
  const logit: number[] = [];
  const probability: number[] = [];
  let count = 0;
  const flush = async () => {
    if (count === 0) return;
    // A copy: the buffer is filled again while a backend may still read it.
    const x = tf.tensor(chunk.slice(0, count * size), [count, ...model.network.input]);
    const output = await inTurn(outputSteps(model, x), { signal, what: WORK }).finally(() => x.dispose());
    const [logits] = (await readAndDispose([output])) as [Float32Array];
    checkFinite(logits, 'the logits');
    const outputs = logits.length / count;
    for (let start = 0; start < logits.length; start += outputs) {
      logit.push(logits[start + column]!);
      probability.push(probabilityOf(logits.subarray(start, start + outputs), target));
    }
    onInputs?.(count);
    count = 0;
    await nextTask();
    throwIfCancelled(signal, WORK);
  };
  for (const input of inputs) {
    chunk.set(input, count * size);
    if (++count * size === chunk.length) await flush();
  }
  await flush();
  return { logit: Float32Array.from(logit), probability: Float32Array.from(probability) };
}
