// The same rules as in benchTorch.py.

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Up to `most` steps, as many as fit into a limit, at least 2; what they return, and how long they took. */
export async function firstSteps(step, most, limitMs) {
  const begin = performance.now();
  const found = [];
  const times = [];
  while (found.length < most && (found.length < 2 || performance.now() - begin < limitMs)) {
    const since = performance.now();
    found.push(await step());
    times.push(performance.now() - since);
  }
  return { found, times };
}

/** Steps until two medians of 5 in a row differ by less than a tenth; the last median. */
export async function warmUp(step, limitMs) {
  const begin = performance.now();
  for (let last = Infinity; ;) {
    const now = median(await timed(step, { block: 1, limitMs: Infinity, most: 5 }));
    if (Math.abs(now - last) < 0.1 * last || performance.now() - begin > limitMs) return now;
    last = now;
  }
}

/** Milliseconds per step of up to 30 blocks of steps, as many as fit into a limit, at least 3. */
export async function timed(step, { block, limitMs, most = 30 }) {
  const begin = performance.now();
  const times = [];
  while (times.length < most && (times.length < 3 || performance.now() - begin < limitMs)) {
    const since = performance.now();
    for (let i = 0; i < block; i++) await step();
    times.push((performance.now() - since) / block);
  }
  return times;
}
