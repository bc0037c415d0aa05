import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { attributions } from '../../attributions/registry.ts';
import type { Batch } from '../../datasets/takeBatch.ts';
import { inTurn } from '../../core/inTurn.ts';
import { areaOf } from '../../core/shape.ts';
import { inputOptimizations } from '../../inputOptimization/registry.ts';
import { instruments } from '../../instruments/registry.ts';
import { metrics } from '../../metrics/registry.ts';
import { outputSteps } from '../../network/forward.ts';
import { readAndDispose } from '../../core/readBack.ts';
import { answerOf } from '../../relevance/logits.ts';
import { answerAblation } from './ablation.ts';
import type { Asked, ExplainCommands } from './commands.ts';
import type { Desk, JobContext } from './desk.ts';
import { answerReferences } from './references.ts';

/** The commands that read weights at one step. */
type Reading = Exclude<keyof ExplainCommands, 'pin'>;

type PartOf<N extends Reading> = ExplainCommands[N] extends { part: infer P } ? P : never;

/** How each of them is answered, on frozen weights. */
export const explainAnswers: {
  readonly [N in Reading]: (
    desk: Desk,
    take: ExplainCommands[N]['take'],
    context: JobContext<PartOf<N>>,
  ) => Promise<ExplainCommands[N]['answer']>;
} = {
  async measure(desk, { instrument, options, sample, class: target }, { signal, progress }) {
    const item = instruments.get(instrument);
    // Instruments that explain no class have no such option.
    const own = Object.hasOwn(item.defaults, 'class') ? { ...options, class: target } : options;
    const context = { step: desk.step, seed: desk.seed, signal, onProgress: progress };
    return item.measure(desk.model, desk.sample(sample), own, context);
  },

  attribute: (desk, { id, options, rules, ...asked }, { signal, progress }) =>
    onSample(desk, asked, async (x, target) => {
      const onProgress = (done: number) => progress(done, 1);
      const found = await attributions.get(id).explain(desk.model, x, target, options, {
        signal,
        onProgress,
        seed: desk.seed,
        rules,
      });
      return { ...found, step: desk.step };
    }),

  score: (desk, { metric, method, options, ...asked }, { signal, progress }) =>
    onSample(desk, asked, async (x, target) => {
      const item = attributions.get(method.id);
      const explain = async (model: typeof desk.model, input: Tensor) =>
        (await item.explain(model, input, target, method.options, { signal, seed: desk.seed, rules: method.rules }))
          .map;
      const subject = {
        model: desk.model,
        x,
        class: target,
        map: await explain(desk.model, x),
        mask: maskOf(desk, asked.sample),
        explain,
      };
      const context = { signal, seed: desk.seed, onProgress: (done: number) => progress(done, 1) };
      const result = await metrics.get(metric).measure(subject, options, context);
      return { metric, method, options, step: desk.step, result };
    }),

  optimizeInput: (desk, { method, target, ...asked }, { signal, progress }) =>
    onSample(desk, asked, async (x) => {
      const found = await inputOptimizations.get(method.id).run(desk.model, x, target, method.options, {
        signal,
        seed: desk.seed,
        onProgress: ({ step, steps }) => progress(step, steps),
      });
      return { ...found, step: desk.step };
    }),

  references: answerReferences,
  ablate: answerAblation,
};

/** Hands a job the sample as a tensor and the class to explain, and frees the tensor. */
async function onSample<T>(
  desk: Desk,
  { sample, class: wanted }: Asked,
  job: (x: Tensor, target: number) => Promise<T>,
): Promise<T> {
  const x = tensorOf(desk.sample(sample));
  try {
    return await job(x, wanted ?? (await answered(desk, x)));
  } finally {
    x.dispose();
  }
}

function tensorOf({ inputs, count, shape }: Batch): Tensor {
  return tf.tensor(inputs, [count, ...shape]);
}

async function answered({ model }: Desk, x: Tensor): Promise<number> {
  const [scores] = await readAndDispose([await inTurn(outputSteps(model, x), { what: 'the answer of the net' })]);
  return answerOf(scores!);
}

/** The pixels that decide a held-out sample's label, where the data know them. */
function maskOf({ data }: Desk, sample: number): Uint8Array | null {
  const { masks } = data.test;
  if (!masks) return null;
  const [height, width] = areaOf(data.shape);
  return masks.slice(sample * height * width, (sample + 1) * height * width);
}
