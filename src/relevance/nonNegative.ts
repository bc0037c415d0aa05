import { INPUT, type Network, type NetworkNode } from '../network/network.ts';

/** The nodes whose outputs can never be below zero: ReLUs and the like, and whatever only pools, moves or adds them. */
export function nonNegativeNodes(net: Network): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of net.nodes) if (isNonNegative(net, node, found)) found.add(node.id);
  return found;
}

function isNonNegative(net: Network, node: NetworkNode, known: ReadonlySet<string>): boolean {
  switch (node.layer.role) {
    case 'linear':
    case 'normalize':
      return false;
    case 'pointwise':
      return net.vocabulary.activations.get(String(node.options.fn)).isNonNegative === true;
    default:
      return node.from.every((id) => id !== INPUT && known.has(id));
  }
}
