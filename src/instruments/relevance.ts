import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { channelsOf, describeShape } from '../core/shape.ts';
import { forward, outputOf } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import { INPUT, nodeOf } from '../network/network.ts';
import { stages } from '../network/stages.ts';
import { rulesFor, type Composite } from '../relevance/composite.ts';
import { composites } from '../relevance/composites/registry.ts';
import { foldBatchNorm } from '../relevance/foldBatchNorm.ts';
import { walk } from '../relevance/walk.ts';
import { checkFinite, defineInstrument, readAndDispose } from './instrument.ts';
import type { LayerRelevance, RelevanceData } from './records.ts';

export interface RelevanceOptions {
  /** Class to explain; null: the one with the largest logit. */
  readonly class: number | null;
  /** Id of a composite, or a table of your own. */
  readonly composite: string | Composite;
}

/** Which pixels and channels of the first sample speak for a class, by layer-wise relevance propagation. */
export const relevance = defineInstrument<RelevanceData, RelevanceOptions>({
  id: 'relevance',
  title: 'Relevance',
  question: 'Which pixels and channels speak for this class?',
  source: 'Bach et al. 2015; Achtibat et al. 2023',
  defaults: { class: null, composite: 'epsilonPlusFlat' },
  // A table of rules holds functions; the record keeps its name.
  describe: ({ class: target, composite }) => ({
    class: target,
    composite: typeof composite === 'string' ? composite : composite.id,
  }),
  async compute(model, x, options) {
    const composite = typeof options.composite === 'string' ? composites.get(options.composite) : options.composite;
    const { shape } = nodeOf(model.network, model.network.output);
    if (shape.length !== 1) {
      throw new InputError(
        `relevance starts at a logit: the net ends with ${describeShape(shape)}; end it with flatten or globalAvgPool and a dense layer`,
      );
    }
    const sample = tf.tidy(() => tf.slice(x, 0, 1));
    try {
      const scores = await logitsOf(model, sample);
      const target = options.class ?? answerOf(scores);
      // One output is the logit of the second of two classes; there is none for the first.
      const [least, most] = scores.length === 1 ? [1, 1] : [0, scores.length - 1];
      if (!(Number.isInteger(target) && target >= least && target <= most)) {
        const known = least === most ? `only class ${most} has a logit` : `the net answers classes ${least} to ${most}`;
        throw new InputError(`unknown class: ${target}; ${known}`);
      }
      return await explain(model, sample, target, scores, composite);
    } finally {
      sample.dispose();
    }
  },
});

/** The class with the largest logit; with one output, the class that output speaks for. */
function answerOf(scores: Float32Array): number {
  return scores.length === 1 ? 1 : scores.indexOf(Math.max(...scores));
}

async function logitsOf(model: Model, sample: Tensor): Promise<Float32Array> {
  const logits = tf.tidy(() => outputOf(model, forward(model, sample)));
  const [scores] = (await readAndDispose([logits])) as [Float32Array];
  checkFinite(scores, 'the logits');
  return scores;
}

async function explain(
  model: Model,
  sample: Tensor,
  target: number,
  scores: Float32Array,
  composite: Composite,
): Promise<RelevanceData> {
  const rules = rulesFor(model.network, composite);
  // From the last stage back to the first: the order the relevance travels in.
  const places = stages(model.network).reverse();
  let notFolded: readonly string[] = [];
  const tensors = tf.tidy(() => {
    const folded = foldBatchNorm(model);
    notFolded = folded.notFolded;
    const values = forward(model, sample, folded.forward);
    const logits = outputOf(model, values);
    const chosen = new Float32Array(scores.length);
    chosen[scores.length === 1 ? 0 : target] = 1;
    const start = tf.mul(logits, tf.tensor2d(chosen, [1, scores.length]));
    const walked = walk(model, {
      values,
      start: new Map([[model.network.output, start]]),
      ruleOf: (node) => rules.get(node.id)!,
      forward: folded.forward,
    });
    const pixels = walked.relevance.get(INPUT) ?? tf.zerosLike(sample);
    const map = pixels.rank === 4 ? tf.sum(pixels, 3) : pixels;
    const perStage = places.map(({ output }) => {
      const at = walked.relevance.get(output);
      if (!at) return tf.zeros([channelsOf(values.get(output)!.shape)]);
      return tf.sum(at, at.rank === 4 ? [0, 1, 2] : [0]);
    });
    return [map, tf.sum(start), walked.bias, walked.stabilizer, ...perStage];
  });
  const [map, start, bias, stabilizer, ...channels] = await readAndDispose(tensors);
  checkFinite(map!, 'the relevance map');
  const reached = map!.reduce((sum, r) => sum + r, 0);
  return {
    class: target,
    start: start![0]!,
    probability: softmaxOf(scores.length === 1 ? [0, scores[0]!] : scores)[target]!,
    composite: composite.id,
    height: sample.rank === 4 ? sample.shape[1]! : 1,
    width: sample.rank === 4 ? sample.shape[2]! : sample.shape[1]!,
    map: map!,
    layers: places.map((place, i): LayerRelevance => ({
      at: place.output,
      stage: place.id,
      sum: channels[i]!.reduce((sum, r) => sum + r, 0),
      channels: channels[i]!,
      order: ranking(channels[i]!),
    })),
    reached,
    absorbedByBias: bias![0]!,
    absorbedByStabilizer: stabilizer![0]!,
    lost: start![0]! - reached - bias![0]! - stabilizer![0]!,
    notFolded,
  };
}

/** Channel numbers, largest signed relevance first; ties in channel order. */
function ranking(values: Float32Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
}

/** Probabilities from logits, shifted so that nothing overflows. */
export function softmaxOf(logits: ArrayLike<number>): Float32Array {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) max = Math.max(max, logits[i]!);
  const powers = Float64Array.from(logits, (z) => Math.exp(z - max));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float32Array.from(powers, (p) => p / sum);
}
