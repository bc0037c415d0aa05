/** Steps per second are taken over this long. */
const WINDOW_MS = 1500;

/** How fast a run goes, over the last second or so. */
export interface SpeedMeter {
  note(step: number): void;
  /** Steps per second; 0 before two notes. */
  readonly rate: number;
  reset(): void;
}

export function speedMeter(): SpeedMeter {
  let notes: { at: number; step: number }[] = [];
  return {
    note(step) {
      const at = performance.now();
      notes.push({ at, step });
      while (notes.length > 2 && notes[0]!.at < at - WINDOW_MS) notes.shift();
    },
    get rate() {
      const first = notes[0];
      const last = notes[notes.length - 1];
      if (!first || !last || last.at <= first.at) return 0;
      return (1000 * (last.step - first.step)) / (last.at - first.at);
    },
    reset() {
      notes = [];
    },
  };
}
