import { random } from '../../core/random.ts';

/** What keeps the random numbers of a step apart from those of others: a whole number that float32 holds. */
export function stepKey(seed: number, step: number): number {
  return random(seed, `dropout ${step}`).integer(2 ** 24);
}
