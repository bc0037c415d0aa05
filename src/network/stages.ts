import { channelsOf } from '../core/shape.ts';
import { INPUT, readersOf, type Network, type NetworkNode } from './network.ts';
import type { Stage } from './snapshot.ts';

/**
 * The stages of a network in walking order: each weighted node together with the normalisation, activation and
 * dropout that directly follow it. These are the layers people name; the input is not among them.
 */
export function stages(net: Network): Stage[] {
  const readers = readersOf(net);
  const byId = new Map(net.nodes.map((node) => [node.id, node]));
  const order = [INPUT, ...byId.keys()];
  const origins = originsOf(net);
  return net.nodes
    .filter((node) => node.layer.role === 'linear')
    .map((node) => {
      const output = endOfStage(node, readers, byId);
      return {
        id: node.id,
        output: output.id,
        from: order.filter((id) => origins(node.id).some((channel) => channel.some(({ stage }) => stage === id))),
        kind: node.kind,
        shape: output.shape,
        detail: node.layer.detail(node.options),
      };
    });
}

/**
 * The stage to show before anybody has chosen: of those with positions the last but one, whose field is wide without
 * filling the image; in a net without positions the first.
 */
export function firstShown(all: readonly Stage[]): Stage {
  const spatial = all.filter(({ shape }) => shape.length === 3);
  return spatial[Math.max(0, spatial.length - 2)] ?? all[0]!;
}

function endOfStage(
  start: NetworkNode,
  readers: ReadonlyMap<string, readonly string[]>,
  byId: ReadonlyMap<string, NetworkNode>,
): NetworkNode {
  let node = start;
  for (;;) {
    const [reader, ...others] = readers.get(node.id)!;
    const next = reader === undefined || others.length > 0 ? undefined : byId.get(reader)!;
    if (!next || !['normalize', 'pointwise'].includes(next.layer.role)) return node;
    node = next;
    if (next.layer.role !== 'normalize') return node;
  }
}

/** One channel of a stage (or of the input) that feeds a channel of a node. */
export interface Origin {
  readonly stage: string;
  readonly channel: number;
}

/**
 * For every channel that a weighted node reads, the stage channels it comes from: through pooling, activations,
 * flattening, concatenation and additions. A channel after an addition has several origins.
 */
export function originsOf(net: Network): (nodeId: string) => readonly (readonly Origin[])[] {
  const byId = new Map(net.nodes.map((node) => [node.id, node]));
  const known = new Map<string, readonly (readonly Origin[])[]>();

  const through = (id: string): readonly (readonly Origin[])[] => {
    const found = known.get(id);
    if (found) return found;
    const origins = compute(id);
    known.set(id, origins);
    return origins;
  };

  const compute = (id: string): readonly (readonly Origin[])[] => {
    const own = (stage: string, count: number) => Array.from({ length: count }, (_, channel) => [{ stage, channel }]);
    if (id === INPUT) return own(INPUT, channelsOf(net.input));
    const node = byId.get(id)!;
    const channels = channelsOf(node.shape);
    if (node.layer.role === 'linear') return own(id, channels);
    const inputs = node.from.map(through);
    if (node.kind === 'concat') return inputs.flat();
    if (node.layer.role === 'sum') {
      return Array.from({ length: channels }, (_, c) => inputs.flatMap((input) => input[c]!));
    }
    const [input] = inputs;
    // Flatten lays [height, width, channels] out with the channel running fastest; a gate joins neighbours.
    if (input!.length > channels) {
      const group = input!.length / channels;
      return Array.from({ length: channels }, (_, c) => input!.slice(c * group, (c + 1) * group).flat());
    }
    return Array.from({ length: channels }, (_, c) => input![c % input!.length]!);
  };

  return (nodeId) => byId.get(nodeId)!.from.flatMap(through);
}
