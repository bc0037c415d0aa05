import { build, composites, network, random, rulesFor, type Model, type NodeSpec, type Trace } from '#src';
import type { Network } from '#src';
import type { Plain } from '../../support/plainNet.ts';
import { randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { withTrace, withWeights } from '../../support/tracedWalk.ts';

const head = (units: number): NodeSpec[] => [
  { kind: 'globalAvgPool', id: 'mean' },
  { kind: 'dense', id: 'logits', units },
];

/** Two convolutions in a row, then a pool: every path goes through every node. */
export const line = network(
  [6, 5, 2],
  [
    { kind: 'conv2d', id: 'a', filters: 3 },
    { kind: 'activate', id: 'a.relu' },
    { kind: 'maxPool', id: 'pool', size: 2 },
    { kind: 'conv2d', id: 'b', filters: 4 },
    { kind: 'activate', id: 'b.relu' },
    { kind: 'flatten', id: 'flat' },
    { kind: 'dense', id: 'logits', units: 3 },
  ],
);

/** A convolution beside an identity, with a batch norm. */
export const skip = network(
  [6, 6, 2],
  [
    { kind: 'conv2d', id: 'stem', filters: 3 },
    { kind: 'activate', id: 'stem.relu' },
    { kind: 'conv2d', id: 'inner', filters: 3, bias: false },
    { kind: 'batchNorm', id: 'norm', epsilon: 1e-3 },
    { kind: 'activate', id: 'inner.relu' },
    { kind: 'add', id: 'sum', from: ['stem.relu', 'inner.relu'] },
    { kind: 'conv2d', id: 'top', filters: 4, stride: 2 },
    { kind: 'activate', id: 'top.relu' },
    ...head(3),
  ],
);

/** Two branches side by side, one of them with a second convolution, and a wire past both. */
export const branches = network(
  [6, 6, 2],
  [
    { kind: 'conv2d', id: 'stem', filters: 3 },
    { kind: 'activate', id: 'stem.relu' },
    { kind: 'conv2d', id: 'left', filters: 2 },
    { kind: 'activate', id: 'left.relu' },
    { kind: 'conv2d', id: 'right', from: 'stem.relu', filters: 2, size: 1 },
    { kind: 'activate', id: 'right.relu' },
    { kind: 'conv2d', id: 'far', filters: 3, dilation: 2 },
    { kind: 'activate', id: 'far.relu' },
    { kind: 'concat', id: 'both', from: ['left.relu', 'far.relu', 'stem.relu'] },
    { kind: 'conv2d', id: 'top', filters: 4, stride: 2 },
    { kind: 'activate', id: 'top.relu' },
    ...head(3),
  ],
);

/** No image at all. */
export const flat = network(
  [4],
  [
    { kind: 'dense', id: 'a', units: 5 },
    { kind: 'activate', id: 'a.relu' },
    { kind: 'dense', id: 'b', units: 4 },
    { kind: 'activate', id: 'b.relu' },
    { kind: 'dense', id: 'logits', units: 3 },
  ],
);

/** One logit: it speaks for class 1. */
export const single = network(
  [5, 5, 1],
  [{ kind: 'conv2d', id: 'a', filters: 3 }, { kind: 'activate', id: 'a.relu' }, ...head(1)],
);

export const nets = { line, skip, branches, flat, single };

export const epsilonPlusFlat = composites.get('epsilonPlusFlat')();

/** Weights and samples of a net. */
export function numbers(net: Network, seed: number, samples = 1) {
  const source = random(seed, 'numbers');
  return { weights: randomWeights(net, source), x: randomPlain(source, [samples, ...net.input]) };
}

/** Calls `use` with a trace by ε, z⁺, flat; frees everything. */
export function traced<T>(
  net: Network,
  { weights, x }: { readonly weights: Record<string, Float32Array>; readonly x: Plain },
  use: (trace: Trace, model: Model) => Promise<T>,
): Promise<T> {
  return withWeights(net, weights, (model) =>
    withTrace(model, x, { rules: rulesFor(net, epsilonPlusFlat) }, (trace) => use(trace, model)),
  );
}

/** A model with random weights; whoever asks disposes it. */
export function modelOf(net: Network, seed: number): Model {
  const model = build(net);
  model.write(numbers(net, seed).weights);
  return model;
}
