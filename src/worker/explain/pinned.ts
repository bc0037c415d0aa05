import type { LoadedDataset, Samples } from '../../datasets/dataset.ts';
import { takeBatch } from '../../datasets/takeBatch.ts';
import { findReferences, type References } from '../../concepts/references.ts';
import { concepts } from '../../instruments/concepts.ts';
import type { Model } from '../../network/model.ts';
import { sizeOf } from '../../core/shape.ts';
import { compositeFrom } from '../../relevance/composites/registry.ts';
import { testSample } from '../summaries.ts';
import type { Pin, PinnedConcept } from './commands.ts';

/** Held-out samples searched for references at every step that is measured. */
const SEARCHED = 64;
const KEPT = 5;
const COMPOSITE = 'epsilonPlusFlat';

/** A followed channel with the weights of one step: its place, its map, its reference samples. */
export async function measurePin(model: Model, data: LoadedDataset, pin: Pin, step: number): Promise<PinnedConcept> {
  const options = { at: pin.at, class: pin.class, composite: COMPOSITE, channels: [pin.channel] };
  const { data: found } = await concepts.measure(model, testSample(data, pin.sample), options, { step });
  const size = (c: number) => Math.abs(found.relevance[c]!);
  const all = found.relevance.reduce((sum, _, c) => sum + size(c), 0);
  const samples: Samples = takeBatch(data, { size: Math.min(SEARCHED, data.test.count), from: 'test' });
  const length = sizeOf(data.shape);
  let references: References | undefined;
  const search = { nodes: [pin.at], modes: ['relevance'] as const, composite: compositeFrom(COMPOSITE), keep: KEPT };
  for await (const sofar of findReferences(model, samples, search)) references = sofar;
  const best = references?.rankings.get(pin.at)?.relevance?.top(pin.channel) ?? [];
  return {
    ...pin,
    step,
    explained: found.class,
    probability: found.probability,
    relevance: found.relevance[pin.channel]!,
    share: all > 0 ? size(pin.channel) / all : 0,
    rank: 1 + found.relevance.reduce((count, _, c) => count + (size(c) > size(pin.channel) ? 1 : 0), 0),
    channels: found.relevance.length,
    height: found.height,
    width: found.width,
    map: found.maps,
    references: best.map(({ sample, label, value }) => ({
      sample,
      label,
      value,
      input: samples.inputs.slice(sample * length, (sample + 1) * length),
    })),
    referenceSamples: samples.count,
  };
}
