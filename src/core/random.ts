import { log } from './elementary.ts';
import { InputError } from './errors.ts';

/** The four 32-bit words of a generator; plain data, so a run can be saved and continued bit for bit. */
export type RandomState = readonly [number, number, number, number];

/** A seeded stream of random numbers: the same numbers on every tier, in every engine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** A random order of 0 … length - 1. */
  permutation(length: number): Uint32Array;
  /** An independent stream named by `label`; the parent does not advance. */
  fork(label: string): Random;
  state(): RandomState;
}

/** FNV-1a over the label, so that streams are told apart by name. */
function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** One round of a 32-bit mixer (the finaliser of MurmurHash3): spreads close seeds far apart. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function stateFrom(seed: number, label: string): RandomState {
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  const start = mix(low ^ mix(high ^ hashLabel(label)));
  const word = (k: number) => mix((start + Math.imul(k, 0x9e3779b9)) >>> 0);
  return [word(1), word(2), word(3), word(4) | 1];
}

/**
 * A generator for one seed and one purpose, xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021). Any whole number from 0 to 2^53 - 1 is a good seed, 0 included.
 */
export function random(seed: number, label = ''): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError(`bad seed: ${seed}; use a whole number from 0 to 9007199254740991`);
  }
  return randomFrom(stateFrom(seed, label));
}

/** Continues a generator from a saved state. */
export function randomFrom(state: RandomState): Random {
  let [a, b, c, d] = state;

  const next = (): number => {
    const b5 = Math.imul(b, 5);
    const result = Math.imul((b5 << 7) | (b5 >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = () => next() / 2 ** 32;

  return {
    uniform,
    normal() {
      // Marsaglia's polar method; the second value is thrown away so that the state alone describes the stream.
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
      }
    },
    integer: (below) => Math.floor(uniform() * below),
    permutation(length) {
      const order = Uint32Array.from({ length }, (_, i) => i);
      for (let i = length - 1; i > 0; i--) {
        const j = Math.floor(uniform() * (i + 1));
        const kept = order[i]!;
        order[i] = order[j]!;
        order[j] = kept;
      }
      return order;
    },
    fork: (label) => randomFrom(stateFrom(mix(a ^ mix(b ^ mix(c ^ mix(d)))), label)),
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}
