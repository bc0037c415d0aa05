import { metrics, type Asked, type Method, type Metric, type Settings } from '#src';
import type { Ask } from './request.svelte.ts';
import { Series, Turn } from './series.svelte.ts';

/** One measure and what is known of the map's score. */
export class ScoreEntry extends Turn<'score'> {
  readonly metric: Metric;
  /** Settings that differ from the metric's defaults. */
  settings = $state.raw<Settings>({});

  constructor(ask: Ask, metric: Metric) {
    super(ask, 'score');
    this.metric = metric;
  }

  measure(asked: Asked, method: Method): Promise<void> {
    return this.run({ ...asked, metric: this.metric.id, method, options: this.settings });
  }
}

/** Every measure of a map, on demand. */
export class Scoreboard {
  readonly entries: readonly ScoreEntry[];
  readonly series = new Series();

  constructor(ask: Ask) {
    this.entries = [...metrics].map((metric) => new ScoreEntry(ask, metric));
  }

  measureAll(asked: Asked, method: Method): Promise<void> {
    return this.series.run(this.entries, (entry) => entry.measure(asked, method));
  }

  /** Another question is asked now: what is known belongs to an earlier one. */
  outdate(): void {
    this.series.stop();
    for (const entry of this.entries) {
      entry.stop();
      entry.isOld = true;
    }
  }
}
