import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { channelsOf } from '../core/shape.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import { inTurn, type InTurnOptions } from '../core/inTurn.ts';
import { sumOf } from '../core/sumOf.ts';
import { parallelTo } from '../network/ancestors.ts';
import { INPUT, nodeOf } from '../network/network.ts';
import { stages } from '../network/stages.ts';
import { probabilityOf, startAt, startOf } from '../relevance/logits.ts';
import { channelsSummed, spaceSummed } from '../relevance/sums.ts';
import { disposeWalk, walkSteps, type WalkResult } from '../relevance/walk.ts';
import {
  explained,
  explainedDefaults,
  mapShape,
  plainOptions,
  ranking,
  type Explained,
  type ExplainedOptions,
} from './explained.ts';
import { defineInstrument } from './instrument.ts';
import type { LayerRelevance, RelevanceData } from './records.ts';

/** Which pixels and channels of the first sample speak for a class, by layer-wise relevance propagation. */
export const relevance = defineInstrument<RelevanceData, ExplainedOptions>({
  id: 'relevance',
  title: 'Relevance',
  question: 'Which pixels and channels speak for this class?',
  source: 'Bach et al. 2015; Achtibat et al. 2023',
  defaults: explainedDefaults,
  describe: plainOptions,
  compute: (model, x, options, { signal }) => {
    const turn = { signal, what: 'relevance' };
    return explained(model, x, options, turn, (settled) => explain(settled, turn));
  },
});

async function explain({ trace, composite, target, scores }: Explained, turn: InTurnOptions): Promise<RelevanceData> {
  const { network } = trace;
  // From the last stage back to the first: the order the relevance travels in.
  const places = stages(network).reverse();
  const shown = new Set(places.map(({ output }) => output));
  const sums: { readonly at: string; readonly arrived: Tensor; readonly given: Tensor }[] = [];
  const start = startAt(trace, [[target]], composite.start);
  const steps = walkSteps(trace, {
    start: new Map([[network.output, start]]),
    note: (id, r) => (id === INPUT ? channelsSummed(r) : shown.has(id) ? spaceSummed(r) : null),
    keepsBooks: true,
    atSum: (node, arrived, inputs) =>
      sums.push({
        at: node.id,
        arrived: tf.keep(size(arrived)),
        given: tf.keep(sumOf(tf.scalar(0), ...inputs.map(size))),
      }),
  });
  let walked: WalkResult;
  try {
    walked = await inTurn(steps, turn);
  } catch (error) {
    tf.dispose(sums.flatMap(({ arrived, given }) => [arrived, given]));
    throw error;
  } finally {
    start.dispose();
  }
  const tensors = tf.tidy(() => {
    const books = [...walked.held.values()];
    const at = (id: string, shape: number[]) => tf.clone(walked.relevance.get(id) ?? tf.zeros(shape));
    return [
      at(INPUT, mapShape(network)),
      totalOf(books.map(({ bias }) => bias)),
      totalOf(books.map(({ stabilizer }) => stabilizer)),
      ...places.map(({ output }) => at(output, [channelsOf(nodeOf(network, output).shape)])),
    ];
  });
  disposeWalk(walked);
  const [map, inBias, inStabilizer, ...channels] = await readAndDispose(tensors);
  const flows = await readAndDispose(sums.flatMap(({ arrived, given }) => [arrived, given]));
  checkFinite(map!, 'the relevance map');
  const begun = startOf(composite, scores, target);
  const reached = map!.reduce((sum, r) => sum + r, 0);
  const [height, width] = mapShape(network);
  return {
    class: target,
    start: begun,
    probability: probabilityOf(scores, target),
    composite: composite.id,
    rules: network.nodes
      .filter((node) => !trace.isBypassed(node))
      .map((node) => ({ at: node.id, rule: trace.ruleOf(node).id })),
    height,
    width,
    map: map!,
    layers: places.map((place, i): LayerRelevance => ({
      at: place.output,
      stage: place.id,
      sum: channels[i]!.reduce((sum, r) => sum + r, 0),
      channels: channels[i]!,
      order: ranking(channels[i]!),
      parallel: parallelTo(network, place.output),
    })),
    reached,
    absorbedByBias: inBias![0]!,
    absorbedByStabilizer: inStabilizer![0]!,
    lost: begun - reached - inBias![0]! - inStabilizer![0]!,
    notFolded: trace.notFolded,
    // Where a sum's inputs cancel, the denominator is small and both get far more than arrived, with opposite signs.
    sums: sums.map(({ at }, i) => ({ at, growth: ratio(flows[2 * i + 1]![0]!, flows[2 * i]![0]!) })),
  };
}

const size = (t: Tensor): Tensor => tf.sum(tf.abs(t));
const ratio = (given: number, arrived: number): number => (arrived > 0 ? given / arrived : 1);

function totalOf(parts: readonly (Tensor | undefined)[]): Tensor {
  const found = parts.filter((part) => part !== undefined);
  const [first, ...rest] = found;
  return tf.tidy(() => (first ? tf.sum(sumOf(first, ...rest)) : tf.scalar(0)));
}
