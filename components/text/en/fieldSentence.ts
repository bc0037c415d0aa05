import type { ReceptiveFieldRecord } from '#src';
import { count, sides } from '../number.ts';

/** Reads a receptive field: how much of the image holds half of its weight, against what the architecture allows. */
export function fieldSentence({ data }: ReceptiveFieldRecord): string {
  const { half, theoretical, values, samples } = data;
  if (values.some(Number.isNaN)) return 'The map is **not a number**: the weights have diverged.';
  if (values.every((value) => value === 0)) {
    const over = samples === 1 ? 'this sample' : `these ${count(samples)} samples`;
    return `**No pixel changes its answer** for ${over}: the map is empty.`;
  }
  const allowed = theoretical === 'global' ? 'the whole image' : sides(theoretical.height, theoretical.width);
  if (!half)
    return `**No centred square in the image** holds half of what it answers to. Its architecture allows ${allowed}.`;
  const area = `**${sides(half.height, half.width)}\u00a0pixels**`;
  if (theoretical !== 'global' && half.height === theoretical.height && half.width === theoretical.width)
    return `Half of what it answers to lies in ${area}, all that its architecture allows.`;
  return `Half of what it answers to lies in ${area}. Its architecture would allow ${allowed}.`;
}
