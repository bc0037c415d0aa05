import * as tf from '@tensorflow/tfjs-core';
import { ablate, accuracyUnder, type Answers } from '../../concepts/ablation.ts';
import { relevance } from '../../instruments/relevance.ts';
import type { AblationAnswer, AblationSide, ExplainCommands } from './commands.ts';
import type { Desk, JobContext } from './desk.ts';

/** The net without some channels beside the net as it is: answers and maps at once, accuracy as it is counted. */
export async function answerAblation(
  desk: Desk,
  { sample, class: wanted, plan, composite, rules }: ExplainCommands['ablate']['take'],
  { signal, progress, part }: JobContext<AblationAnswer>,
): Promise<AblationAnswer> {
  const { model, data, step } = desk;
  const batch = desk.sample(sample);
  const x = tf.tensor(batch.inputs, [1, ...batch.shape]);
  try {
    const { before, after } = await ablate(model, x, plan, { signal });
    // The class stays the one the whole net answers, so that both maps explain the same logit.
    const target = wanted ?? before.classes[0]!;
    const side = async ({ logits, probabilities, classes }: Answers, ablation: typeof plan): Promise<AblationSide> => ({
      logits,
      probabilities,
      answer: classes[0]!,
      accuracy: null,
      map: await relevance.measure(
        model,
        x,
        { class: target, composite, rules, ablation },
        { step, seed: desk.seed, signal },
      ),
    });
    const first = { step, plan, class: target, before: await side(before, {}), after: await side(after, plan) };
    // A copy: what is sent is gone.
    part(structuredClone(first));
    const half = (from: number) => ({
      signal,
      onProgress: (done: number, total: number) => progress(from + done, 2 * total),
    });
    const { count } = data.test;
    const now = await accuracyUnder(model, data.test, {}, half(0));
    const then = await accuracyUnder(model, data.test, plan, half(count));
    return {
      ...first,
      before: { ...first.before, accuracy: now.accuracy },
      after: { ...first.after, accuracy: then.accuracy },
    };
  } finally {
    x.dispose();
  }
}
