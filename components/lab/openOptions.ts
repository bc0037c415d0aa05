import type { RunDescription, Tier } from '#src';

/** How the lab is to run; nothing of it is in the part of the address that is shared. */
export interface OpenOptions {
  readonly tier?: Tier;
  /** What computes the steps. */
  readonly engine?: NonNullable<RunDescription['engine']>;
  readonly where?: 'worker' | 'page';
  /** Files to open at the start. */
  readonly files?: () => Promise<File[]>;
}
