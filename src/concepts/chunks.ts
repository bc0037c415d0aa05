import { InputError } from '../core/errors.ts';
import { sizeOf } from '../core/shape.ts';
import { nodeOf, type Network } from '../network/network.ts';
import { ancestorsOf } from '../network/ancestors.ts';

/** Memory that conditions computed together may take. */
const MOST_BYTES = 96 * 2 ** 20;
/** Tensors of a node's size that are alive at once on the way through it: relevance, share, two transposes, their sum. */
const COPIES = 6;

/**
 * Computed together even where more would fit: the first results should be there soon, and a cancel waits for one part. More
 * at once is no faster (64 conditions of a ResNet-20 on wasm: as long as in two parts).
 */
const MOST_TOGETHER = 32;

/** Refuses a number of things computed together that would never come to an end. */
export function checkAtOnce(atOnce: number): void {
  if (Number.isInteger(atOnce) && atOnce >= 1) return;
  throw new InputError(`bad number at once: ${atOnce}; use a whole number from 1`);
}

/** How many samples go through the whole net together. */
export function samplesAtOnce(net: Network): number {
  return conditionsAtOnce(net, net.output);
}

/** How many conditions of a node go down to the input together, from the size of what they meet on the way. */
export function conditionsAtOnce(net: Network, at: string): number {
  const below = ancestorsOf(net, at);
  const shapes = [
    net.input,
    nodeOf(net, at).shape,
    ...net.nodes.filter(({ id }) => below.has(id)).map(({ shape }) => shape),
  ];
  const largest = Math.max(...shapes.map(sizeOf));
  return Math.max(1, Math.min(MOST_TOGETHER, Math.floor(MOST_BYTES / (4 * COPIES * largest))));
}
