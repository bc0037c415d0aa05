import { untrack } from 'svelte';
import type { Inquiry } from './inquiry.svelte.ts';

/** While training goes on, an answer is asked for again at most this often. */
const PAUSE_MS = 1000;

/**
 * Asks now, whenever the key changes, and again and again while the run that is followed trains. Call it while a component
 * is set up; it stops with the component.
 */
export function follow(inquiry: Inquiry, key: () => unknown, ask: () => Promise<void>): void {
  // The key itself counts, not how often it is worked out.
  const current = $derived(key());
  $effect(() => {
    void current;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async () => {
      await ask();
      if (isOver || !inquiry.isFollowing) return;
      timer = setTimeout(() => void again(), PAUSE_MS);
    };
    untrack(() => void again());
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  });
}
