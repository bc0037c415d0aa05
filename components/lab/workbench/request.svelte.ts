import type { ExplainCommands } from '#src';

/** Sends an explaining command to the engine. */
export type Ask = <N extends keyof ExplainCommands>(
  name: N,
  take: ExplainCommands[N]['take'],
  options?: AskOptions<N>,
) => Promise<ExplainCommands[N]['answer']>;

export interface AskOptions<N extends keyof ExplainCommands> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  readonly onPart?: (part: PartOf<N>) => void;
}

export type PartOf<N extends keyof ExplainCommands> = ExplainCommands[N] extends { part: infer P } ? P : never;

/** Progress is shown after this long. */
const QUIET_MS = 300;

/**
 * One question to the engine and what is known of its answer. A new question cancels the one before; the old answer stays,
 * marked as stale, until the new one is there.
 */
export class Request<N extends keyof ExplainCommands> {
  /** The latest answer, or the latest part of one. */
  value = $state.raw<ExplainCommands[N]['answer'] | null>(null);
  /** The value answers an earlier question. */
  isStale = $state(false);
  /** Running for longer than people wait without a word. */
  isSlow = $state(false);
  isRunning = $state(false);
  /** Share done, when it is known. */
  share = $state<number | null>(null);
  /** Why there is no answer. */
  problem = $state<string | null>(null);

  readonly #ask: Ask;
  readonly #name: N;
  #controller: AbortController | null = null;

  constructor(ask: Ask, name: N) {
    this.#ask = ask;
    this.#name = name;
  }

  async run(take: ExplainCommands[N]['take']): Promise<void> {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    this.isRunning = this.isStale = true;
    this.isSlow = false;
    this.share = null;
    const timer = setTimeout(() => (this.isSlow = true), QUIET_MS);
    const isCurrent = () => this.#controller === controller;
    try {
      const value = await this.#ask(this.#name, take, {
        signal: controller.signal,
        onProgress: (done, total) => isCurrent() && (this.share = total > 0 ? done / total : null),
        // Cast: a part is what is known of the answer.
        onPart: (part) => isCurrent() && this.#take(part as ExplainCommands[N]['answer']),
      });
      if (isCurrent()) this.#take(value);
    } catch (error) {
      if (!isCurrent() || (error instanceof Error && error.name === 'CancelledError')) return;
      this.problem = error instanceof Error ? error.message : String(error);
      this.value = null;
    } finally {
      clearTimeout(timer);
      if (isCurrent()) this.isRunning = this.isSlow = false;
    }
  }

  /** Stops; what is known stays. */
  cancel(): void {
    this.#controller?.abort();
    this.#controller = null;
    this.isRunning = this.isSlow = false;
  }

  #take(value: ExplainCommands[N]['answer']): void {
    this.value = value;
    this.isStale = false;
    this.problem = null;
  }
}
