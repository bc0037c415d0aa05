import type { AblationAnswer } from '#src';
import { percent } from '../number.ts';

/** What becomes of the answer when channels are scaled or taken out; `name` gives the name of a class. */
export function ablationSentence({ plan, before, after }: AblationAnswer, name: (index: number) => string): string {
  const share = after.probabilities[after.answer] ?? NaN;
  if (!Number.isFinite(share)) return 'The answer is **not a number**: the weights have diverged.';
  const change =
    after.answer === before.answer
      ? `The answer **stays ${name(after.answer)}**, with ${percent(share, 1)} instead of ${percent(before.probabilities[before.answer] ?? NaN, 1)}.`
      : `The answer **becomes ${name(after.answer)}**, with ${percent(share)}.`;
  const factors = Object.values(plan).flatMap((channels) => Object.values(channels));
  const [factor = 1] = factors;
  const who = factors.length === 1 ? 'the channel' : `${factors.length} channels`;
  return `${change} Measured with ${who} ${set(factor)}, not estimated.`;
}

const set = (factor: number) => (factor === 0 ? 'set to zero' : `at ${percent(factor)} of its value`);

/** How many of the held-out samples are read right; counting takes a moment. */
export function ablationAccuracy({ before, after }: AblationAnswer): string {
  if (before.accuracy === null || after.accuracy === null) return 'Counting the held-out samples.';
  return `Held-out samples read right: **${percent(before.accuracy, 1)}** as it is, **${percent(after.accuracy, 1)}** so.`;
}
