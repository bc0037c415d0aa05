import type { ExplainCommands } from '#src';
import { Request, type Ask } from './request.svelte.ts';

/** One question of several that are asked one after the other. */
export class Turn<N extends keyof ExplainCommands> {
  readonly request: Request<N>;
  isWaiting = $state(false);
  /** The answer belongs to another question than the one the page asks now. */
  isOld = $state(false);

  constructor(ask: Ask, name: N) {
    this.request = new Request(ask, name);
  }

  async run(take: ExplainCommands[N]['take']): Promise<void> {
    this.isWaiting = false;
    await this.request.run(take);
    if (!this.request.isStale) this.isOld = false;
  }

  stop(): void {
    this.isWaiting = false;
    this.request.cancel();
  }
}

/** What a series knows of its turns. */
interface Waiter {
  isWaiting: boolean;
  stop(): void;
}

/** Runs turns one after the other; a new round ends the one before. */
export class Series {
  isRunning = $state(false);
  #round = 0;
  #order: readonly Waiter[] = [];

  async run<T extends Waiter>(order: readonly T[], job: (turn: T) => Promise<void>): Promise<void> {
    this.stop();
    const round = this.#round;
    this.#order = order;
    for (const turn of order) turn.isWaiting = true;
    this.isRunning = true;
    for (const turn of order) {
      // Stopped while it waited.
      if (turn.isWaiting) await job(turn);
      if (round !== this.#round) return;
    }
    this.isRunning = false;
  }

  stop(): void {
    this.#round++;
    this.isRunning = false;
    for (const turn of this.#order) turn.stop();
  }
}
