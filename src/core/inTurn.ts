import { throwIfCancelled } from './errors.ts';

/** How long work may hold the thread before it lets others in. */
const SLICE_MS = 8;

/** Lets waiting messages in: a macrotask, without the 4 ms that nested timers cost. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

export interface InTurnOptions {
  readonly signal?: AbortSignal | undefined;
  /** What is cancelled, for the message. */
  readonly what: string;
}

/** Runs steps to their end without a break. */
export function inOneGo<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Runs steps to their end, and lets other work in whenever a slice of time is over. Cancelled before and in between. */
export async function inTurn<T>(steps: Generator<unknown, T>, { signal, what }: InTurnOptions): Promise<T> {
  let end = performance.now() + SLICE_MS;
  try {
    throwIfCancelled(signal, what);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      if (performance.now() < end) continue;
      await nextTask();
      throwIfCancelled(signal, what);
      end = performance.now() + SLICE_MS;
    }
  } finally {
    // After an error or a cancel: lets the steps free what they hold. After the end it does nothing.
    steps.return(undefined as T);
  }
}
