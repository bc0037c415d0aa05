import { attributions, type Asked, type Attribution, type Settings } from '#src';
import { text } from '../../text/index.ts';
import { agreement } from '../../views/agreement.ts';
import type { MapTile } from '../../views/MapTiles.svelte';
import { costOf } from './method.ts';
import type { Ask } from './request.svelte.ts';
import { Series, Turn } from './series.svelte.ts';

/** One method of the gallery: its settings, and what is known of its map. */
export class GalleryEntry extends Turn<'attribute'> {
  readonly key: string;
  readonly title: string;
  readonly method: Attribution;
  settings = $state.raw<Settings>({});

  constructor(ask: Ask, method: Attribution, { key = method.id, title = method.title, settings = {} } = {}) {
    super(ask, 'attribute');
    this.key = key;
    this.title = title;
    this.method = method;
    this.settings = settings;
  }

  draw(asked: Asked): Promise<void> {
    return this.run({ ...asked, id: this.method.id, options: this.settings });
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

  /** Draws all of them, the enlarged one first. */
  draw(asked: Asked, first: string): Promise<void> {
    const cost = (entry: GalleryEntry) => (entry.key === first ? 0 : costOf(entry.method.options));
    const order = [...this.entries].sort((a, b) => cost(a) - cost(b));
    for (const entry of order) entry.isOld = true;
    return this.series.run(order, (entry) => entry.draw(asked));
  }

  /** What the page shows of them. */
  tiles(selected: string): MapTile[] {
    const enlarged = this.entry(selected);
    const map = enlarged.isOld ? undefined : enlarged.request.value?.map;
    return this.entries.map(({ key, title, request, isWaiting, isOld }) => ({
      key,
      title,
      record: request.value,
      isStale: isOld,
      isRunning: request.isRunning,
      isWaiting,
      share: request.share,
      problem: request.problem,
      agreement: request.value && map && !isOld ? agreement(request.value.map, map) : null,
    }));
  }
}
