import type { Activation } from '../activations/activation.ts';
import type { Network, NetworkNode } from '../network/network.ts';

/** What a row of a composite, or a rule that says where it fits, may look at. */
export interface NodePlace {
  readonly node: NetworkNode;
  /** The first linear node in walking order; only one node ever is. */
  readonly isFirst: boolean;
  /** The first convolution in walking order. */
  readonly isFirstConvolution: boolean;
  /** The activation of an `activate` node. */
  readonly activation: Activation | undefined;
}

/** Every node of a net with its place. */
export function placesOf(net: Network): NodePlace[] {
  const first = net.nodes.find((node) => node.layer.role === 'linear');
  const firstConvolution = net.nodes.find(slides);
  return net.nodes.map((node) => ({
    node,
    isFirst: node === first,
    isFirstConvolution: node === firstConvolution,
    activation: activationOf(net, node),
  }));
}

function activationOf(net: Network, node: NetworkNode): Activation | undefined {
  return node.layer.role === 'pointwise' ? net.vocabulary.activations.get(String(node.options.fn)) : undefined;
}

const slides = (node: NetworkNode): boolean => node.layer.role === 'linear' && node.layer.window !== undefined;

export const always = (): boolean => true;
export const isFirst = (place: NodePlace): boolean => place.isFirst;
export const isFirstConvolution = (place: NodePlace): boolean => place.isFirstConvolution;
export const isConvolution = ({ node }: NodePlace): boolean => slides(node);
export const isLinear = ({ node }: NodePlace): boolean => node.layer.role === 'linear';
export const isSumOrMean = ({ node }: NodePlace): boolean => node.layer.role === 'sum' || node.layer.role === 'mean';
/** A gate whose output is the sum of its inputs' contributions; other gates match no row and are refused. */
export const isGate = ({ node, activation }: NodePlace): boolean =>
  node.joins > 1 && activation?.isHomogeneous === true;
export const isNormalization = ({ node }: NodePlace): boolean => node.layer.role === 'normalize';
/** An elementwise function, or a batch norm. */
export const isPointwise = (place: NodePlace): boolean =>
  (place.node.layer.role === 'pointwise' && place.node.joins === 1) || isNormalization(place);
export const isRelu = ({ activation }: NodePlace): boolean => activation?.id === 'relu';
export const isRoute = ({ node }: NodePlace): boolean => node.layer.role === 'route' || node.layer.role === 'max';
