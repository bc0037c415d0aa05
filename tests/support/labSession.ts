import { onTestFinished } from 'vitest';
import { connect, type Commands, type Connection, type Frame, type LoadedDataset, type RunDescription } from '#src';
import type { Tier } from '#kernels';

type Where = 'worker' | 'page';

/** A session with everything it sent. */
export interface Watched {
  readonly connection: Connection;
  readonly engine: Commands['start']['answer'];
  readonly frames: Frame[];
  readonly failures: Error[];
  /** Distinct steps of the records of each instrument. */
  stepsOf(instrument: string): ReadonlySet<number>;
  readonly last: Frame;
}

/** Opens a session on a tier and answers every frame, as the page does. Closed at the end of the test. */
export async function openSession(tier: Tier, where: Where = 'worker'): Promise<Watched> {
  const frames: Frame[] = [];
  const failures: Error[] = [];
  const connection = await connect({
    where,
    onFrame(frame) {
      frames.push(frame);
      setTimeout(() => connection.drawn());
    },
    onFailure: (error) => failures.push(error),
  });
  onTestFinished(() => connection.close());
  const engine = await connection.send('start', { tier });
  return {
    connection,
    engine,
    frames,
    failures,
    stepsOf: (id) =>
      new Set(frames.flatMap(({ records }) => records.filter((r) => r.instrument === id).map((r) => r.step))),
    get last() {
      return frames[frames.length - 1]!;
    },
  };
}

/** Gives the session its data and its run. */
export async function setUp({ connection }: Watched, data: LoadedDataset, run: RunDescription): Promise<void> {
  await connection.send('useData', { data });
  await connection.send('setUp', run);
}

/** Waits until a claim holds; fails by naming it. */
export async function until(claim: string, holds: () => boolean, limitMs = 40_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${limitMs / 1000} s: ${claim}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Pauses, and waits until everything is measured at the step where the run stopped. */
export async function settle(session: Watched): Promise<number> {
  await session.connection.send('pause', {});
  await until('a frame says that the run is paused', () => session.last.playing === false);
  const { step } = session.last;
  const wanted = ['erf', 'batchEntropy', 'strength', 'relevance'];
  await until(`all instruments have measured step ${step}`, () => wanted.every((id) => session.stepsOf(id).has(step)));
  await until(`step ${step} is evaluated`, () =>
    session.frames.some(({ evaluations }) => evaluations.some((evaluation) => evaluation.step === step)),
  );
  // Weights beside the selected unit carry no step; they rest a quarter of a second at least.
  let quiet = 0;
  while (quiet < 4) {
    const before = session.frames.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    quiet = session.frames.length === before ? quiet + 1 : 0;
  }
  return step;
}
