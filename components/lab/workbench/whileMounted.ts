import { onDestroy } from 'svelte';
import type { Ask } from './request.svelte.ts';

/**
 * Asks for as long as the component lives that calls this while it is set up. With it goes what is under way: it is
 * cancelled and never answered, so that nothing goes on from there.
 */
export function whileMounted(ask: Ask): Ask {
  const end = new AbortController();
  onDestroy(() => end.abort());
  return (name, take, options = {}) =>
    new Promise((resolve, reject) => {
      if (end.signal.aborted) return;
      const signal = options.signal ? AbortSignal.any([options.signal, end.signal]) : end.signal;
      const unlessOver =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          if (!end.signal.aborted) settle(value);
        };
      ask(name, take, { ...options, signal }).then(unlessOver(resolve), unlessOver(reject));
    });
}
