import { ancestorsOf } from '../network/ancestors.ts';
import { nodeOf, type Network } from '../network/network.ts';

/** How values get past a node on their way from the input to the output. */
export interface Bypasses {
  /** Nodes beside it: they neither feed it nor read from it, directly or through others. */
  readonly nodes: readonly string[];
  /** Wires from a node (or the input) that feeds it straight to one that reads from it: skip connections. */
  readonly skips: readonly { readonly from: string; readonly to: string }[];
}

/**
 * The ways past a node. Where there are any, the maps of its channels do not add up to the full map: relevance on the way
 * past it is in none of them while parallel paths are excluded, and in every one of them when they are let in.
 */
export function bypassesOf(net: Network, id: string): Bypasses {
  nodeOf(net, id);
  const below = ancestorsOf(net, id);
  const beside: string[] = [];
  const skips: { from: string; to: string }[] = [];
  for (const node of net.nodes) {
    if (node.id === id || below.has(node.id)) continue;
    if (!ancestorsOf(net, node.id).has(id)) beside.push(node.id);
    else
      skips.push(...[...new Set(node.from)].filter((from) => below.has(from)).map((from) => ({ from, to: node.id })));
  }
  return { nodes: beside, skips };
}

/** Whether every path from the input to the output goes through a node: then its channels carry all the relevance. */
export function isOnEveryPath(net: Network, id: string): boolean {
  const { nodes, skips } = bypassesOf(net, id);
  return nodes.length === 0 && skips.length === 0;
}
