import { quantity, signed } from './number.ts';

/** A relevance in little room: one decimal, two where that says nothing, and one digit of what is smaller. */
export function brief(value: number): string {
  const size = Math.abs(value);
  if (size >= 0.095 || !(size > 0)) return signed(value, size >= 0.95 ? 1 : 2);
  return `${value > 0 ? '+' : ''}${quantity(value, 1)}`;
}
