import { InputError } from '../core/errors.ts';
import type { Activation } from '../activations/activation.ts';
import type { Network, NetworkNode } from '../network/network.ts';
import type { Rule } from './rule.ts';

/** What a row of a composite may look at. */
export interface NodePlace {
  readonly node: NetworkNode;
  /** The first linear node in walking order; only one node ever is. */
  readonly isFirst: boolean;
  /** The activation of an `activate` node. */
  readonly activation: Activation | undefined;
}

/** Which rule for which node: the first row that matches wins. */
export interface Composite {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly (readonly [matches: (place: NodePlace) => boolean, rule: Rule])[];
}

export const isFirst = (place: NodePlace): boolean => place.isFirst;
export const isConvolution = ({ node }: NodePlace): boolean =>
  node.layer.role === 'linear' && node.layer.window !== undefined;
export const isLinear = ({ node }: NodePlace): boolean => node.layer.role === 'linear';
export const isSumOrMean = ({ node }: NodePlace): boolean => node.layer.role === 'sum' || node.layer.role === 'mean';
/** A gate whose output is the sum of its inputs' contributions; other gates match no row and are refused. */
export const isGate = ({ node, activation }: NodePlace): boolean =>
  node.joins > 1 && activation?.isHomogeneous === true;
export const isPointwise = ({ node }: NodePlace): boolean =>
  (node.layer.role === 'pointwise' && node.joins === 1) || node.layer.role === 'normalize';
export const isRoute = ({ node }: NodePlace): boolean => node.layer.role === 'route' || node.layer.role === 'max';

/** The rule of every node, by id. A node no row matches is refused by name. */
export function rulesFor(net: Network, composite: Composite): Map<string, Rule> {
  const first = net.nodes.find((node) => node.layer.role === 'linear')?.id;
  return new Map(
    net.nodes.map((node) => {
      const row = composite.rows.find(([matches]) =>
        matches({ node, isFirst: node.id === first, activation: activationOf(net, node) }),
      );
      if (!row) {
        throw new InputError(
          `no relevance rule for node "${node.id}" (${node.kind}); add a row for it to the composite`,
          node.id,
        );
      }
      return [node.id, row[1]];
    }),
  );
}

function activationOf(net: Network, node: NetworkNode): Activation | undefined {
  return node.layer.role === 'pointwise' ? net.vocabulary.activations.get(String(node.options.fn)) : undefined;
}
