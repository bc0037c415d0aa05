/**
 * Something the user gave us is not usable. The message reads `problem: value; way out`, in the user's words;
 * `where` names the place (a node id, a file name, a byte offset) for interfaces that point at it.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly where: string | undefined;

  constructor(message: string, where?: string) {
    super(message);
    this.where = where;
  }
}

/** The caller asked for the work to stop; nothing is wrong. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  constructor(what: string) {
    super(`cancelled: ${what}`);
  }
}

/** Throws {@link CancelledError} when the signal has fired. Long loops call it between their steps. */
export function throwIfCancelled(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new CancelledError(what);
}
