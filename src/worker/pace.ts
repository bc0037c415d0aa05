/** When each recurring job is due: by wall clock, never taking more than a share of the time. */
export interface Pace {
  /** True when the job may run now. */
  isDue(now: number): boolean;
  /** Runs the job and notes how long it took. */
  run<T>(job: () => Promise<T>): Promise<T>;
  /** Due at once: the selection moved. */
  hurry(): void;
}

/** At most every `periodMs`, and after a pause of `rest` times the job's own duration. */
export function pace(periodMs: number, rest: number): Pace {
  let next = 0;
  return {
    isDue: (now) => now >= next,
    async run(job) {
      const start = performance.now();
      try {
        return await job();
      } finally {
        const end = performance.now();
        next = end + Math.max(periodMs, rest * (end - start));
      }
    },
    hurry() {
      next = 0;
    },
  };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
