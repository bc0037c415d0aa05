/** A message that stays until it is dismissed. */
export interface Notice {
  readonly message: string;
  readonly where?: string;
}

/** What the page waits for, with the share done when it is known. */
export interface Busy {
  readonly what: string;
  readonly share: number | null;
  readonly cancel: (() => void) | null;
}
