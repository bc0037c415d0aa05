import type { NetworkNode, Network } from '#src';
import type { PlainRule } from './plainRules.ts';

type RuleOf = (node: NetworkNode) => PlainRule;

/** Settings that a composite was not given are left to the rule. */
const plain = (id: string, options: Readonly<Record<string, number | undefined>> = {}): PlainRule => ({
  id,
  options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
});

const isWindowed = ({ kind }: NetworkNode) => kind === 'conv2d' || kind === 'depthwiseConv2d';
const isLinear = (node: NetworkNode) => isWindowed(node) || node.kind === 'dense';
const isPointwise = ({ kind, joins }: NetworkNode) => kind === 'batchNorm' || (kind === 'activate' && joins === 1);
const isSum = ({ kind, joins }: NetworkNode) => ['add', 'avgPool', 'globalAvgPool'].includes(kind) || joins > 1;

/** The table of layer-wise relevance: what differs is the first layer, the convolutions and the dense layers. */
const layerwise =
  (conv: PlainRule, dense: PlainRule, first?: { node: NetworkNode | undefined; rule: PlainRule }): RuleOf =>
  (node) => {
    if (first && node === first.node) return first.rule;
    if (isWindowed(node)) return conv;
    if (isLinear(node)) return dense;
    if (isSum(node)) return plain('norm');
    return plain(isPointwise(node) ? 'pass' : 'gradient');
  };

/** Every node its true gradient, but for the ReLUs. */
const atRelus =
  (rule: PlainRule): RuleOf =>
  (node) =>
    node.kind === 'activate' && node.options.fn === 'relu' ? rule : plain('gradient');

const flatFirst = (net: Network) => ({ node: net.nodes.find(isLinear), rule: plain('flat') });

/** The rule of every node for each composite, written from the specification. `options` are the composite's. */
export const plainComposites: Readonly<
  Record<string, (net: Network, options: Readonly<Record<string, number>>) => RuleOf>
> = {
  epsilonPlus: (_net, { eps }) => layerwise(plain('zPlus'), plain('epsilon', { eps })),
  epsilonPlusFlat: (net, { eps }) => layerwise(plain('zPlus'), plain('epsilon', { eps }), flatFirst(net)),
  epsilonGammaBox: (net, { low, high, gamma }) =>
    layerwise(plain('gamma', { gamma }), plain('epsilon'), {
      node: net.nodes.find(isWindowed),
      rule: plain('zBox', { low, high }),
    }),
  epsilonAlpha2Beta1: () => layerwise(plain('alphaBeta', { beta: 1 }), plain('epsilon')),
  epsilonAlpha2Beta1Flat: (net) => layerwise(plain('alphaBeta', { beta: 1 }), plain('epsilon'), flatFirst(net)),
  excitationBackprop() {
    const others = layerwise(plain('zPlus'), plain('zPlus'));
    return (node) => (isPointwise(node) ? plain('gradient') : others(node));
  },
  gradientOnly: () => () => plain('gradient'),
  guidedBackprop: () => atRelus(plain('guided')),
  deconvnet: () => atRelus(plain('deconv')),
  betaSmooth: (_net, { beta }) => atRelus(plain('smooth', { beta })),
};
