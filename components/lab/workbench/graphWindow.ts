import type { Stage } from '#src';

/** Layers an attribution graph shows below its start. */
const SHOWN = 3;

/** The layers an attribution graph goes through that starts at a node: those that run next before it. */
export function graphBelow(stages: readonly Stage[], at: string, order: readonly string[]): string[] {
  const before = stages.map(({ output }) => output).filter((output) => order.indexOf(output) < order.indexOf(at));
  return before.slice(-SHOWN);
}

/**
 * The nodes an attribution graph goes through: the chosen one with the layers before and behind it, or with the next ones
 * where it has none on one side. The layer that holds the logits is the class itself. `order` are all nodes as they run.
 */
export function graphWindow(stages: readonly Stage[], at: string, order: readonly string[]): string[] {
  const outputs = stages.slice(0, -1).map(({ output }) => output);
  const isLogits = at === stages.at(-1)?.output;
  const all = outputs.includes(at) || isLogits ? outputs : [...outputs, at];
  const sorted = all.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  const place = isLogits ? sorted.length - 1 : sorted.indexOf(at);
  const from = Math.max(0, Math.min(place - 1, sorted.length - SHOWN));
  return sorted.slice(from, from + SHOWN);
}
