import * as tf from '@tensorflow/tfjs-core';
import { channelsOf } from '../core/shape.ts';
import type { Batch } from '../datasets/takeBatch.ts';
import { readAndDispose } from '../core/readBack.ts';
import { softmaxOf } from '../relevance/logits.ts';
import { forward, outputOf } from './forward.ts';
import type { Model } from './model.ts';
import { nodeOf } from './network.ts';
import type { NetworkSnapshot, SelectedEdges, Stage } from './snapshot.ts';
import { originsOf, stages } from './stages.ts';

/** What every unit answers to the one sample in `batch`. */
export async function takeSnapshot(
  model: Model,
  batch: Batch,
  place: { readonly step: number; readonly index: number },
): Promise<NetworkSnapshot> {
  const parts = stages(model.network);
  const tensors = tf.tidy(() => {
    const values = forward(model, tf.tensor(batch.inputs, [1, ...batch.shape]));
    return [outputOf(model, values), ...parts.map(({ output }) => values.get(output)!)];
  });
  const [logits, ...outputs] = await readAndDispose(tensors);
  return {
    step: place.step,
    sample: { index: place.index, label: batch.labels[0] ?? -1, input: batch.inputs.slice() },
    outputs,
    logits: logits!,
    probabilities: probabilitiesOf(logits!),
  };
}

/** Softmax; a single output is a logit of the second of two classes. */
function probabilitiesOf(logits: Float32Array): Float32Array {
  return softmaxOf(logits.length === 1 ? [0, logits[0]!] : logits);
}

/** Weights between one channel of a stage and the channels it reads and feeds, kernel taps summed. */
export async function edgesOf(model: Model, stage: string, channel: number): Promise<SelectedEdges> {
  const { network } = model;
  const parts = stages(network);
  const origins = originsOf(network);
  const own = parts.find((part) => part.id === stage);
  if (!own) return { stage, channel, incoming: [], outgoing: [] };
  const weighted = parts.filter(
    (part) =>
      part.id === stage ||
      origins(part.id)
        .flat()
        .some((o) => o.stage === stage),
  );
  const kernels = await readAndDispose(
    weighted.map((part) => model.paramsOf(nodeOf(network, part.id)).kernel!.clone()),
  );
  const group = (part: Stage) => channelsOf(nodeOf(network, part.id).shape) / channelsOf(part.shape);

  const incoming = new Map<string, Float32Array>();
  const outgoing = new Map<string, Float32Array>();
  const sums = (map: Map<string, Float32Array>, id: string) => {
    const part = parts.find((candidate) => candidate.id === id);
    const size = part ? channelsOf(part.shape) : channelsOf(network.input);
    if (!map.has(id)) map.set(id, new Float32Array(size));
    return map.get(id)!;
  };
  const joined = (id: string, at: number) => {
    const part = parts.find((candidate) => candidate.id === id);
    return part ? Math.floor(at / group(part)) : at;
  };
  weighted.forEach((part, k) => {
    const reads = origins(part.id);
    for (const { input, output, weight } of weightsOf(model, part.id, kernels[k]!)) {
      const to = joined(part.id, output);
      for (const origin of reads[input % reads.length]!) {
        const from = joined(origin.stage, origin.channel);
        if (part.id === stage && to === channel) sums(incoming, origin.stage)[from]! += weight;
        if (origin.stage === stage && from === channel) sums(outgoing, part.id)[to]! += weight;
      }
    }
  });
  const list = (map: Map<string, Float32Array>) => [...map].map(([id, weights]) => ({ stage: id, weights }));
  return { stage, channel, incoming: list(incoming), outgoing: list(outgoing) };
}

/** Every weight with the input and output channel it joins. */
function* weightsOf(model: Model, id: string, kernel: Float32Array) {
  const node = nodeOf(model.network, id);
  const shape = node.params.kernel!.shape;
  const last = shape[shape.length - 1]!;
  const before = shape[shape.length - 2]!;
  for (let i = 0; i < kernel.length; i++) {
    const input = Math.floor(i / last) % before;
    // A depthwise kernel is [kh, kw, channels, multiplier] and writes channel c·m + j.
    const output = node.kind === 'depthwiseConv2d' ? input * last + (i % last) : i % last;
    yield { input, output, weight: kernel[i]! };
  }
}
