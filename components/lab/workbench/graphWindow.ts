import type { Stage } from '#src';

/** Layers an attribution graph shows besides the class. */
const SHOWN = 3;

/**
 * The nodes an attribution graph goes through: the chosen layer with its neighbours, or with the next ones where it has
 * none on one side. The layer that holds the logits is the class itself.
 */
export function graphWindow(stages: readonly Stage[], stage: string): string[] {
  const between = stages.slice(0, -1);
  const own = between.findIndex(({ id }) => id === stage);
  const place = own < 0 ? between.length - 1 : own;
  const from = Math.max(0, Math.min(place - 1, between.length - SHOWN));
  return between.slice(from, from + SHOWN).map(({ output }) => output);
}
