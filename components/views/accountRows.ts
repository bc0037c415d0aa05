import type { RelevanceData } from '#src';

/** What arrives at a place on the way from the logit to the pixels. */
export interface AccountRow {
  /** Stage; null for the two ends. */
  readonly stage: string | null;
  readonly end: 'logit' | 'input' | null;
  readonly value: number;
}

/** The logit, the layers on the way, and the input. In deep nets as many layers as fit, evenly taken. */
export function accountRows({ start, reached, layers }: RelevanceData, room: number): AccountRow[] {
  // The first layer on the way is the one with the logits, which is the start itself.
  const between = layers.slice(1);
  const shown = Math.max(0, Math.min(between.length, room - 2));
  const taken = Array.from({ length: shown }, (_, i) =>
    shown === 1 ? between[0]! : between[Math.round((i * (between.length - 1)) / (shown - 1))]!,
  );
  return [
    { stage: null, end: 'logit', value: start },
    ...taken.map(({ stage, sum }): AccountRow => ({ stage, end: null, value: sum })),
    { stage: null, end: 'input', value: reached },
  ];
}
