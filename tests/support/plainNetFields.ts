import type { Network, NetworkNode } from '#src';
import { asImage, at, eachTap, plainZeros, sizeOfPlain, type Plain } from './plainNet.ts';

type Four = readonly [number, number, number, number];

/**
 * Which input positions each position of each node depends on, by following every wire: a list of sets of pixel
 * numbers (row · width + column). Channels are taken together; a position depends on all channels it reads.
 */
export function plainDependencies(net: Network): Map<string, Set<number>[]> {
  const [height, width] = net.input as readonly [number, number, number];
  const found = new Map<string, Set<number>[]>([
    ['input', Array.from({ length: height * width }, (_, i) => new Set([i]))],
  ]);
  const shapes = new Map<string, readonly number[]>([['input', net.input]]);
  for (const node of net.nodes) {
    const inputs = node.from.map((id) => found.get(id)!);
    found.set(node.id, through(node, inputs, shapes.get(node.from[0]!)!));
    shapes.set(node.id, node.shape);
  }
  return found;
}

function through(node: NetworkNode, inputs: readonly Set<number>[][], inputShape: readonly number[]): Set<number>[] {
  const [first] = inputs as readonly [Set<number>[]];
  const join = (sets: readonly Set<number>[]) => new Set(sets.flatMap((set) => [...set]));
  if (node.shape.length === 1) return [join(inputs.flat())];
  const input: Four = [1, inputShape[0]!, inputShape[1]!, 1];
  const output: Four = [1, node.shape[0]!, node.shape[1]!, 1];
  if (node.options.size) {
    const reads = Array.from({ length: sizeOfPlain(output) }, () => [] as Set<number>[]);
    eachTap(node, input, output, ({ oy, ox, y, x }) =>
      reads[at(output, 0, oy, ox, 0)]!.push(first[at(input, 0, y, x, 0)]!),
    );
    return reads.map(join);
  }
  if (node.kind === 'upsample') {
    const [fy, fx] = node.options.factor as readonly [number, number];
    return Array.from({ length: output[1] * output[2] }, (_, i) => {
      const [y, x] = [Math.floor(i / output[2]), i % output[2]];
      return first[at(input, 0, Math.floor(y / fy), Math.floor(x / fx), 0)]!;
    });
  }
  return first.map((_, i) => join(inputs.map((sets) => sets[i]!)));
}

/** Adds up |g| (or g, or g²) of a gradient [batch, height, width, channels] to one value per pixel, meaned over inputs. */
export function plainFieldMap(gradients: Plain, mode: 'abs' | 'signed' | 'rms' | 'reluContribution'): Float64Array {
  const [batch, height, width] = asImage(gradients);
  const channels = gradients.shape[3]!;
  const map = plainZeros([height, width]);
  const of = {
    abs: Math.abs,
    signed: (g: number) => g,
    rms: (g: number) => g * g,
    reluContribution: (g: number) => Math.max(g, 0),
  }[mode];
  gradients.data.forEach((g, i) => (map.data[Math.floor(i / channels) % (height * width)]! += of(g) / batch));
  return mode === 'rms' ? map.data.map(Math.sqrt) : map.data;
}
