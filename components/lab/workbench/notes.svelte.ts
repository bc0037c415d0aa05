import { SvelteMap } from 'svelte/reactivity';
import type { RunDescription } from '#src';

/** The reader's own words on the channels of a run, as long as the page is open. */
export interface Notes {
  of(at: string, channel: number): string;
  write(at: string, channel: number, note: string): void;
}

/** A net with other nodes has other notes; so has the same net from another seed. */
const written = new WeakMap<object, SvelteMap<string, string>>();

/** The notes of the net that a description builds. */
export function notesOf({ network, seed }: RunDescription): Notes {
  let own = written.get(network);
  if (!own) written.set(network, (own = new SvelteMap()));
  const key = (at: string, channel: number) => `${seed} ${at} ${channel}`;
  return {
    of: (at, channel) => own.get(key(at, channel)) ?? '',
    write: (at, channel, note) => void own.set(key(at, channel), note),
  };
}
