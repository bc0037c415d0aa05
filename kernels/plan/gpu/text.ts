import type { Lanes } from './pass.ts';

/** The most lanes that divide every one of these lengths. */
export function lanesOf(...lengths: readonly number[]): Lanes {
  return ([4, 2] as const).find((lanes) => lengths.every((length) => length % lanes === 0)) ?? 1;
}

/** f32, or a vector of it. */
export const typeOf = (lanes: Lanes): string => (lanes === 1 ? 'f32' : `vec${lanes}f`);

/** One number of a vector. */
export const lane = (vector: string, lanes: Lanes, k: number): string =>
  lanes === 1 ? vector : `${vector}.${'xyzw'[k]}`;

/** Σ a · b over the lanes. */
export const dot = (a: string, b: string, lanes: Lanes): string => (lanes === 1 ? `${a} * ${b}` : `dot(${a}, ${b})`);

/** The largest divisor of a count that is no larger than `most`. */
export function divisor(count: number, most: number): number {
  let found = Math.max(1, Math.min(count, Math.floor(most)));
  while (count % found !== 0) found--;
  return found;
}

/** Texts of the numbers from 0 to n − 1, one per line. */
export const each = (n: number, text: (k: number) => string): string =>
  Array.from({ length: n }, (_, k) => text(k)).join('\n');

/** Statements for every index of a loop. */
export const loop = (name: string, from: string | number, to: string | number, body: string): string =>
  `for (var ${name} = ${from}; ${name} < ${to}; ${name}++) {\n${body}\n}`;
