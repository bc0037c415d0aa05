/**
 * Counts up to `parts`, one each frame, once it is ready: the first drawing of a page in pieces, so that no single task
 * holds it up. Call it while a component is set up.
 */
export function inTurn(parts: number, isReady: () => boolean): { readonly done: number } {
  let done = $state(0);
  // Asks the browser for frames, which is outside the page's state.
  $effect(() => {
    if (!isReady() || done >= parts) return;
    const next = requestAnimationFrame(() => (done += 1));
    return () => cancelAnimationFrame(next);
  });
  return {
    get done() {
      return done;
    },
  };
}
