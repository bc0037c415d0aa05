import { attributions, type Asked, type Attribution, type Explanation, type Settings } from '#src';
import { text } from '../../text/index.ts';
import { agreement } from '../../views/agreement.ts';
import type { MapTile } from '../../views/mapTile.ts';
import { costOf } from './method.ts';
import type { Ask } from './request.svelte.ts';
import { Series, Turn } from './series.svelte.ts';

/** One method of the gallery: its settings, and what is known of its map. */
export class GalleryEntry extends Turn<'attribute'> {
  readonly key: string;
  readonly title: string;
  readonly method: Attribution;
  /** The settings that make it this one of several forms of the method. */
  readonly usual: Settings;
  settings: Settings = $state.raw({});
  /** The map as it was drawn with the others; the request may follow the run. */
  drawn = $state.raw<Explanation | null>(null);

  constructor(ask: Ask, method: Attribution, { key = method.id, title = method.title, settings = {} } = {}) {
    super(ask, 'attribute');
    this.key = key;
    this.title = title;
    this.method = method;
    this.usual = this.settings = settings;
  }

  /** The map of now, beside the one that was drawn. */
  follow(asked: Asked): Promise<void> {
    return this.run({ ...asked, id: this.method.id, options: this.settings });
  }

  async draw(asked: Asked): Promise<void> {
    await this.follow(asked);
    const { value, isStale, problem } = this.request;
    if (!isStale || problem) this.drawn = value;
  }
}

/** Every way to explain, drawn one after the other, cheap ones first. */
export class Gallery {
  readonly entries: readonly GalleryEntry[];
  readonly series = new Series();

  constructor(ask: Ask) {
    this.entries = [...attributions].flatMap((method) => {
      const entry = new GalleryEntry(ask, method);
      // The squared form is a method of its own in the literature, and another picture.
      if (!method.options['squared']) return [entry];
      const squared = { key: `${method.id} squared`, title: text.maps.squared, settings: { squared: true } };
      return [entry, new GalleryEntry(ask, method, squared)];
    });
  }

  entry(key: string): GalleryEntry {
    return this.entries.find((one) => one.key === key) ?? this.entries[0]!;
  }

  /** Draws all of them, the enlarged one first; to refresh them is to ask the same of a later step. */
  draw(asked: Asked, first: string, isRefresh: boolean): Promise<void> {
    const cost = (entry: GalleryEntry) => (entry.key === first ? 0 : costOf(entry.method.options));
    const order = [...this.entries].sort((a, b) => cost(a) - cost(b));
    for (const entry of order) entry.isOld ||= !isRefresh;
    return this.series.run(order, (entry) => entry.draw(asked));
  }

  /** What the page shows of them. */
  tiles(selected: string): MapTile[] {
    const { drawn: enlarged, isOld: isEnlargedOld } = this.entry(selected);
    // Maps of different weights or classes may differ for that alone.
    const isLike = (other: Explanation) => other.step === enlarged?.step && other.class === enlarged.class;
    return this.entries.map(({ key, title, request, drawn, isWaiting, isOld }) => ({
      key,
      title,
      record: request.problem ? null : key === selected ? request.value : drawn,
      isStale: isOld,
      isRunning: request.isRunning,
      isWaiting,
      share: request.share,
      problem: request.problem,
      agreement:
        drawn && enlarged && !isOld && !isEnlargedOld && isLike(drawn) ? agreement(drawn.map, enlarged.map) : null,
    }));
  }
}
