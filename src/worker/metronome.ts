import { InputError } from '../core/errors.ts';

/** Steps may be this late and are still made up for; what is later is lost, so that no burst follows a long job. */
const GRACE_MS = 50;

/** Caps the steps of a second: each has its moment, evenly spread. */
export interface Metronome {
  /** The most steps of a second; null: as many as there is time for. The next step may begin at once. */
  set(stepsPerSecond: number | null): void;
  /** Milliseconds until the next step may begin; 0: now. */
  wait(now: number): number;
  /** A step begins. */
  beat(now: number): void;
}

export function metronome(): Metronome {
  let periodMs = 0;
  let next = -Infinity;
  return {
    set(stepsPerSecond) {
      if (stepsPerSecond !== null && !(stepsPerSecond > 0 && Number.isFinite(stepsPerSecond))) {
        throw new InputError(`no pace: ${stepsPerSecond} steps per second; use a number above 0, or null for no cap`);
      }
      periodMs = stepsPerSecond === null ? 0 : 1000 / stepsPerSecond;
      next = -Infinity;
    },
    wait: (now) => (periodMs === 0 ? 0 : Math.max(0, next - now)),
    beat(now) {
      const isLate = next < now - GRACE_MS;
      next = (isLate ? now : next) + periodMs;
    },
  };
}
