import type { Metronome } from './metronome.ts';
import type { Run } from './run.ts';

/** Steps run back to back for this long before messages are let in. */
const SLICE_MS = 8;

/**
 * Trains for a slice of time, no faster than the metronome lets it; ends early at a step that is to be measured, and once
 * `isOver`. Returns the losses of its steps.
 */
export async function slice(run: Run, metronome: Metronome, isOver: () => boolean): Promise<Float32Array> {
  const { trainer } = run;
  const end = performance.now() + SLICE_MS;
  let now = performance.now();
  do {
    metronome.beat(now);
    await trainer.advance();
    now = performance.now();
  } while (now < end && metronome.wait(now) === 0 && !run.isStructureDue(now) && !isOver());
  return trainer.losses();
}
