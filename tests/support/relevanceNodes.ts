import { network, random, rules, type NodeSpec, type Rule } from '#src';
import { randomPlain, randomWeights } from './plainNetRandom.ts';

/** A node on an input of this shape. */
export type NodeCase = readonly [what: string, input: readonly number[], node: NodeSpec];

/** Every kind of linear node, and what makes their windows hard. */
export const linearNodes: readonly NodeCase[] = [
  ['dense', [6], { kind: 'dense', units: 4 }],
  ['dense without bias', [6], { kind: 'dense', units: 4, bias: false }],
  ['a convolution', [5, 4, 2], { kind: 'conv2d', filters: 3 }],
  ['a convolution padded on one side', [5, 4, 2], { kind: 'conv2d', filters: 3, size: [2, 3], padding: [0, 1, 2, 0] }],
  ['a convolution that sees padding alone', [3, 2, 2], { kind: 'conv2d', filters: 2, size: 1, padding: [1, 0, 0, 2] }],
  ['a strided convolution', [6, 6, 2], { kind: 'conv2d', filters: 3, stride: 2 }],
  [
    'a strided convolution that leaves rows over',
    [6, 6, 1],
    { kind: 'conv2d', filters: 2, stride: [2, 3], padding: 'valid' },
  ],
  ['a dilated convolution', [7, 6, 2], { kind: 'conv2d', filters: 2, dilation: [2, 1], stride: [1, 2] }],
  ['a depthwise convolution', [5, 5, 3], { kind: 'depthwiseConv2d', multiplier: 2, padding: [1, 0, 0, 1] }],
  ['a dilated depthwise convolution', [6, 6, 2], { kind: 'depthwiseConv2d', dilation: 2, stride: 2, bias: false }],
];

/** Every rule for linear nodes, with settings that matter. */
export const linearRules: readonly Rule[] = [
  rules.epsilon(),
  rules.epsilon({ eps: 0.25 }),
  rules.epsilon({ zeroBias: true }),
  rules.zPlus(),
  rules.zPlus({ eps: 0.25 }),
  rules.zPlus({ zeroBias: true }),
  rules.alphaBeta(),
  rules.alphaBeta({ beta: 0 }),
  rules.alphaBeta({ beta: 0.5, eps: 0.25 }),
  rules.alphaBeta({ beta: 2, zeroBias: true }),
  rules.gamma(),
  rules.gamma({ gamma: 3, eps: 0.25 }),
  rules.gamma({ zeroBias: true }),
  rules.wSquare(),
  rules.wSquare({ eps: 0.25 }),
  rules.wSquare({ zeroBias: true }),
  rules.flat(),
  rules.flat({ eps: 0.25 }),
  rules.zBox({ low: -3, high: 2.5 }),
  rules.zBox({ low: 0, high: 1, eps: 0.25 }),
];

export const nameOf = ({ id, options }: Rule): string =>
  `${id}(${Object.entries(options)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ')})`;

/** A net of one node with weights, inputs of both signs, and relevance at its output; two samples. */
export function oneNode(input: readonly number[], node: NodeSpec, seed = 3) {
  const net = network(input, [node]);
  const source = random(seed, 'numbers');
  const weights = randomWeights(net, source);
  const x = randomPlain(source, [2, ...input]);
  const r = randomPlain(source, [2, ...net.nodes[0]!.shape]);
  return { net, node: net.nodes[0]!, weights, x, r };
}
