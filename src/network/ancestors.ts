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
