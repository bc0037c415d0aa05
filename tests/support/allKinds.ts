import { network, random, type Network, type NodeSpec } from '#src';
import { randomPlain, randomWeights } from './plainNetRandom.ts';

/** Every node kind in one net: a folded batch norm and one that stays, a skip, branches, a gate, slopes per channel. */
const specs: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 4, padding: [1, 0, 0, 1], id: 'conv' },
  { kind: 'batchNorm', id: 'folded' },
  { kind: 'activate', id: 'relu' },
  { kind: 'depthwiseConv2d', dilation: [1, 2], id: 'depthwise' },
  { kind: 'activate', fn: 'leakyRelu', parameters: 'channel', id: 'leaky' },
  { kind: 'add', from: ['leaky', 'relu'], id: 'skip' },
  { kind: 'batchNorm', id: 'norm' },
  { kind: 'maxPool', size: [2, 3], padding: 'same', id: 'max' },
  { kind: 'avgPool', from: 'skip', padding: 'same', id: 'mean' },
  { kind: 'concat', from: ['max', 'mean'], id: 'joined' },
  { kind: 'upsample', factor: [2, 1], id: 'up' },
  { kind: 'conv2d', filters: 4, stride: [2, 1], bias: false, id: 'narrow' },
  { kind: 'activate', fn: 'andAIL', id: 'gate' },
  { kind: 'dropout', id: 'dropout' },
  { kind: 'activate', fn: 'tanh', id: 'tanh' },
  { kind: 'flatten', id: 'row' },
  { kind: 'dense', units: 4, id: 'dense' },
  { kind: 'globalAvgPool', from: 'tanh', id: 'space' },
  { kind: 'concat', from: ['dense', 'space'], id: 'both' },
  { kind: 'dense', units: 3, id: 'end' },
];

export const allKinds: Network = network([6, 5, 2], specs);

/** Weights and inputs for {@link allKinds}, or for another net. */
export function drawn(net: Network = allKinds, { samples = 1, seed = 5 } = {}) {
  const source = random(seed, 'numbers');
  return { weights: randomWeights(net, source), x: randomPlain(source, [samples, ...net.input]), source };
}
