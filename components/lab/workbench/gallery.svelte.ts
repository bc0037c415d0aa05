import { attributions, type Asked, type Attribution, type Settings } from '#src';
import { agreement } from '../../views/agreement.ts';
import type { MapTile } from '../../views/MapTiles.svelte';
import { text } from '../../text/index.ts';
import { costOf } from './method.ts';
import { Request, type Ask } from './request.svelte.ts';

/** One method of the gallery: its settings, and what is known of its map. */
export class GalleryEntry {
  readonly key: string;
  readonly title: string;
  readonly method: Attribution;
  readonly request: Request<'attribute'>;
  settings = $state.raw<Settings>({});
  isWaiting = $state(false);
  /** The map answers another question than the gallery's. */
  isOld = $state(false);

  constructor(ask: Ask, method: Attribution, { key = method.id, title = method.title, settings = {} } = {}) {
    this.key = key;
    this.title = title;
    this.method = method;
    this.settings = settings;
    this.request = new Request(ask, 'attribute');
  }

  async draw(asked: Asked): Promise<void> {
    this.isWaiting = false;
    await this.request.run({ ...asked, id: this.method.id, options: this.settings });
    if (!this.request.isStale) this.isOld = false;
  }

  stop(): void {
    this.isWaiting = false;
    this.request.cancel();
  }
}

/** Every way to explain, drawn one after the other, cheap ones first. */
export class Gallery {
  readonly entries: readonly GalleryEntry[];
  isDrawing = $state(false);
  #round = 0;

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

  /** Draws all of them, the enlarged one first; a new round ends the one before. */
  async draw(asked: Asked, first: string): Promise<void> {
    const round = ++this.#round;
    const cost = (entry: GalleryEntry) => (entry.key === first ? 0 : costOf(entry.method.options));
    const order = [...this.entries].sort((a, b) => cost(a) - cost(b));
    for (const entry of order) {
      entry.request.cancel();
      entry.isWaiting = true;
      entry.isOld = true;
    }
    this.isDrawing = true;
    for (const entry of order) {
      if (round !== this.#round) return;
      // Stopped while it waited.
      if (entry.isWaiting) await entry.draw(asked);
    }
    if (round === this.#round) this.isDrawing = false;
  }

  stop(): void {
    this.#round++;
    this.isDrawing = false;
    for (const entry of this.entries) entry.stop();
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
