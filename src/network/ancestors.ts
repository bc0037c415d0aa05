import type { Network } from './network.ts';

/** Every node (and the input) that the values of this node depend on, by id; the node itself is not among them. */
export function ancestorsOf(net: Network, id: string): ReadonlySet<string> {
  const byId = new Map(net.nodes.map((node) => [node.id, node]));
  const found = new Set<string>();
  const waiting = [...(byId.get(id)?.from ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...(byId.get(next)?.from ?? []));
  }
  return found;
}

/** The nodes of a list that feed this one directly: the nearest on each path towards the input. */
export function nearestOf(net: Network, id: string, list: ReadonlySet<string>): string[] {
  const byId = new Map(net.nodes.map((node) => [node.id, node]));
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (source: string): void => {
    if (seen.has(source)) return;
    seen.add(source);
    if (list.has(source)) found.add(source);
    else byId.get(source)?.from.forEach(visit);
  };
  byId.get(id)?.from.forEach(visit);
  return [...found];
}

/** Nodes (or the input) whose values reach the output on a path past this node; none when every path goes through it. */
export function parallelTo(net: Network, id: string): string[] {
  const below = ancestorsOf(net, id);
  const byId = new Map(net.nodes.map((node) => [node.id, node]));
  // From the output down without passing through the node: what is met there and lies below it goes past it.
  const past = new Set<string>();
  const waiting = id === net.output ? [] : [net.output];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === id || past.has(next)) continue;
    past.add(next);
    // Below the node, one meeting is enough: its sources are reached through the node as well.
    if (!below.has(next)) waiting.push(...(byId.get(next)?.from ?? []));
  }
  return [...byId.keys(), 'input'].filter((other) => past.has(other) && below.has(other));
}
