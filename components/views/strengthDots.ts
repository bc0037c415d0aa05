/** One channel of a layer and the sum of the weights into it. */
export interface StrengthDot {
  readonly stage: string;
  readonly channel: number;
  readonly value: number;
}

/** The channel of `stage` whose value is nearest; null when the stage has none. */
export function nearestDot(dots: readonly StrengthDot[], stage: string, value: number): StrengthDot | null {
  return dots
    .filter((dot) => dot.stage === stage)
    .reduce<StrengthDot | null>(
      (best, dot) => (best && Math.abs(best.value - value) <= Math.abs(dot.value - value) ? best : dot),
      null,
    );
}

/** Where an arrow key leads: left and right along the values of a layer, up and down to the nearest in the next layer. */
export function nextDot(
  dots: readonly StrengthDot[],
  stages: readonly string[],
  from: StrengthDot | null,
  key: string,
): StrengthDot | null {
  if (!from) return key.startsWith('Arrow') ? (dots[0] ?? null) : null;
  const own = dots.filter((dot) => dot.stage === from.stage).sort((a, b) => a.value - b.value || a.channel - b.channel);
  const at = own.findIndex((dot) => dot.channel === from.channel);
  if (key === 'ArrowLeft') return own[at - 1] ?? null;
  if (key === 'ArrowRight') return own[at + 1] ?? null;
  if (key === 'Home') return own[0] ?? null;
  if (key === 'End') return own.at(-1) ?? null;
  const by = key === 'ArrowUp' ? -1 : key === 'ArrowDown' ? 1 : 0;
  const stage = by ? stages[stages.indexOf(from.stage) + by] : undefined;
  return stage === undefined ? null : nearestDot(dots, stage, from.value);
}
