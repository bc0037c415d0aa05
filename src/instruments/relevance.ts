import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { channelsOf } from '../core/shape.ts';
import { INPUT, nodeOf, type Network } from '../network/network.ts';
import { stages } from '../network/stages.ts';
import { rulesFor, type Composite, type RuleChoices } from '../relevance/composite.ts';
import { compositeFrom, type CompositeSpec } from '../relevance/composites/registry.ts';
import { answerOf, logitCount, logitOf, probabilityOf, startAt } from '../relevance/logits.ts';
import { channelsSummed, spaceSummed } from '../relevance/sums.ts';
import { traceOf, type Trace } from '../relevance/trace.ts';
import { walk } from '../relevance/walk.ts';
import { checkFinite, defineInstrument, readAndDispose } from './instrument.ts';
import type { LayerRelevance, RelevanceData } from './records.ts';

export interface RelevanceOptions {
  /** Class to explain; null: the one with the largest logit. */
  readonly class: number | null;
  /** Id of a composite, its id with settings, or a table of your own. */
  readonly composite: CompositeSpec | Composite;
  /** Rules for single nodes, in the place of the composite's. */
  readonly rules: RuleChoices;
}

/** Which pixels and channels of the first sample speak for a class, by layer-wise relevance propagation. */
export const relevance = defineInstrument<RelevanceData, RelevanceOptions>({
  id: 'relevance',
  title: 'Relevance',
  question: 'Which pixels and channels speak for this class?',
  source: 'Bach et al. 2015; Achtibat et al. 2023',
  defaults: { class: null, composite: 'epsilonPlusFlat', rules: {} },
  // A table of rules holds functions; the record keeps its name and settings.
  describe: (options) => ({ ...options, composite: plainComposite(options.composite) }),
  async compute(model, x, options) {
    const composite = tableOf(options.composite);
    const rules = rulesFor(model.network, composite, options.rules);
    if (options.class === null) logitCount(model.network);
    else logitOf(model.network, options.class);
    const sample = tf.tidy(() => tf.slice(x, 0, 1));
    try {
      const trace = traceOf(model, sample, { rules });
      try {
        return await explain(trace, options.class, composite);
      } finally {
        trace.dispose();
      }
    } finally {
      sample.dispose();
    }
  },
});

/** A composite from its description; a table of one's own is used as it is. */
export function tableOf(composite: CompositeSpec | Composite): Composite {
  return isTable(composite) ? composite : compositeFrom(composite);
}

function plainComposite(composite: CompositeSpec | Composite): CompositeSpec {
  if (!isTable(composite)) return composite;
  return { composite: composite.id, ...composite.options };
}

const isTable = (composite: CompositeSpec | Composite): composite is Composite =>
  typeof composite === 'object' && 'rows' in composite;

async function explain(trace: Trace, wanted: number | null, composite: Composite): Promise<RelevanceData> {
  const { network } = trace;
  const [scores] = (await readAndDispose([tf.clone(trace.value(network.output))])) as [Float32Array];
  checkFinite(scores, 'the logits');
  const target = wanted ?? answerOf(scores);
  // From the last stage back to the first: the order the relevance travels in.
  const places = stages(network).reverse();
  const shown = new Set(places.map(({ output }) => output));
  const sums: { readonly at: string; readonly arrived: Tensor; readonly given: Tensor }[] = [];
  const tensors = tf.tidy(() => {
    const start = startAt(trace, [[target]], composite.start);
    const walked = walk(trace, {
      start: new Map([[network.output, start]]),
      note: (id, r) => (id === INPUT ? channelsSummed(r) : shown.has(id) ? spaceSummed(r) : null),
      keepsBooks: true,
      atSum: (node, arrived, inputs) =>
        sums.push({ at: node.id, arrived: tf.keep(size(arrived)), given: tf.keep(tf.addN(inputs.map(size))) }),
    });
    const books = [...walked.held.values()];
    return [
      walked.relevance.get(INPUT) ?? tf.zeros(mapShape(network)),
      tf.sum(start),
      totalOf(books.map(({ bias }) => bias)),
      totalOf(books.map(({ stabilizer }) => stabilizer)),
      ...places.map(
        ({ output }) => walked.relevance.get(output) ?? tf.zeros([channelsOf(nodeOf(network, output).shape)]),
      ),
    ];
  });
  const [map, begun, inBias, inStabilizer, ...channels] = await readAndDispose(tensors);
  const flows = await readAndDispose(sums.flatMap(({ arrived, given }) => [arrived, given]));
  checkFinite(map!, 'the relevance map');
  const reached = map!.reduce((sum, r) => sum + r, 0);
  const [height, width] = mapShape(network);
  return {
    class: target,
    start: begun![0]!,
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
    })),
    reached,
    absorbedByBias: inBias![0]!,
    absorbedByStabilizer: inStabilizer![0]!,
    lost: begun![0]! - reached - inBias![0]! - inStabilizer![0]!,
    notFolded: trace.notFolded,
    // Where a sum's inputs cancel, the denominator is small and both get far more than arrived, with opposite signs.
    sums: sums.map(({ at }, i) => ({ at, growth: ratio(flows[2 * i + 1]![0]!, flows[2 * i]![0]!) })),
  };
}

const size = (t: Tensor): Tensor => tf.sum(tf.abs(t));
const ratio = (given: number, arrived: number): number => (arrived > 0 ? given / arrived : 1);

/** [height, width] of a picture; a flat input is one row. */
function mapShape({ input }: Network): [number, number] {
  return input.length === 3 ? [input[0]!, input[1]!] : [1, input[0]!];
}

function totalOf(parts: readonly (Tensor | undefined)[]): Tensor {
  const found = parts.filter((part) => part !== undefined);
  return tf.tidy(() => (found.length > 0 ? tf.sum(tf.addN(found)) : tf.scalar(0)));
}

/** Channel numbers, largest signed relevance first; ties in channel order. */
export function ranking(values: Float32Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
}
