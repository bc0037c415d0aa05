import type { AttributionData } from '#src';

/** One method of a gallery and what is known of its map. */
export interface MapTile {
  readonly key: string;
  readonly title: string;
  readonly record: AttributionData | null;
  /** The map answers an earlier question. */
  readonly isStale: boolean;
  readonly isRunning: boolean;
  readonly isWaiting: boolean;
  /** Share done of what runs, when it is known. */
  readonly share: number | null;
  /** Why there is no map. */
  readonly problem: string | null;
  /** With the enlarged map; null: not known. */
  readonly agreement: number | null;
}
