/**
 * Runs in the page before anything else: notes long tasks, slow frames with the functions behind them, and frame
 * intervals. Times are milliseconds since the page began to load.
 */
export function installProbe() {
  const probe = { longTasks: [], slowFrames: [], frames: [] };
  globalThis.labProbe = probe;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) probe.longTasks.push({ at: startTime, ms: duration });
  }).observe({ type: 'longtask', buffered: true });
  if (PerformanceObserver.supportedEntryTypes.includes('long-animation-frame')) {
    new PerformanceObserver((list) => {
      for (const { startTime, duration, scripts, renderStart, styleAndLayoutStart } of list.getEntries()) {
        probe.slowFrames.push({
          at: startTime,
          ms: duration,
          renderMs: renderStart ? startTime + duration - renderStart : 0,
          layoutMs: styleAndLayoutStart ? startTime + duration - styleAndLayoutStart : 0,
          scripts: scripts.map(({ duration: ms, invoker, sourceURL, sourceFunctionName, sourceCharPosition }) => ({
            ms,
            invoker,
            source: `${sourceURL.split('/').pop()}:${sourceFunctionName || '?'}@${sourceCharPosition}`,
          })),
        });
      }
    }).observe({ type: 'long-animation-frame', buffered: true });
  }
  let last = performance.now();
  const frame = (now) => {
    probe.frames.push({ at: now, ms: now - last });
    last = now;
    globalThis.requestAnimationFrame(frame);
  };
  globalThis.requestAnimationFrame(frame);
}

/** Nearest-rank percentile; NaN of nothing. */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

const ms = (value) => `${value.toFixed(1)} ms`;

/** Count, longest and causes of the tasks over 50 ms that began from `from` up to `to`. */
function longTasks({ longTasks: tasks, slowFrames }, from, to) {
  const within = ({ at }) => at >= from && at < to;
  const own = tasks.filter(within);
  const longest = Math.max(0, ...own.map((task) => task.ms));
  const causes = slowFrames
    .filter(within)
    .filter((frame) => frame.ms > 50)
    .map(({ at, ms: duration, layoutMs, scripts }) => {
      const worst = scripts.toSorted((a, b) => b.ms - a.ms)[0];
      const script = worst ? `${worst.invoker} ${worst.source} ${ms(worst.ms)}` : 'no script over 5 ms';
      return { duration, line: `at ${(at / 1000).toFixed(2)} s: ${ms(duration)}, layout ${ms(layoutMs)}, ${script}` };
    })
    .toSorted((a, b) => b.duration - a.duration);
  return { count: own.length, longest, causes: causes.slice(0, 5).map(({ line }) => line) };
}

/** What the probe saw, as lines: `opened` is when the lab was there, `end` when the measurement stopped. */
export function probeLines(probe, { startUpMs, from, end }) {
  const lines = [];
  const parts = [
    [`start-up (first ${startUpMs / 1000} s)`, 0, startUpMs],
    ['after', startUpMs, end],
  ];
  for (const [name, start, stop] of parts) {
    const { count, longest, causes } = longTasks(probe, start, stop);
    lines.push(`main-thread tasks over 50 ms, ${name}: ${count}, longest ${ms(longest)} (goal: none)`);
    for (const cause of causes) lines.push(`  ${cause}`);
  }
  const intervals = probe.frames.filter(({ at }) => at >= from && at < end).map((frame) => frame.ms);
  const slowest = Math.max(0, ...intervals);
  lines.push(
    `frame intervals while training: ${intervals.length} frames, median ${ms(percentile(intervals, 0.5))}, ` +
      `p95 ${ms(percentile(intervals, 0.95))} (goal: 18 ms), max ${ms(slowest)} (goal: 50 ms)`,
  );
  return lines;
}

/**
 * Tasks over 50 ms by the processor time they took, from a trace. On a machine that others use, a task may last long
 * because it waits; its processor time is its own.
 */
export function processorLines(trace, startUpMs) {
  const { traceEvents: events } = JSON.parse(trace.toString());
  const isMain = ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain';
  const mains = new Set(events.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = events.filter(({ name, pid, tid, tdur }) => name === 'RunTask' && tdur && mains.has(`${pid} ${tid}`));
  const start = Math.min(...tasks.map(({ ts }) => ts));
  const parts = [
    [`start-up (first ${startUpMs / 1000} s)`, (at) => at < startUpMs],
    ['the seconds after', (at) => at >= startUpMs],
  ];
  return parts.map(([name, isIn]) => {
    const own = tasks.filter(({ ts }) => isIn((ts - start) / 1000)).map(({ tdur }) => tdur / 1000);
    const long = own.filter((task) => task > 50).length;
    return `tasks over 50 ms of processor time, ${name}: ${long}, longest ${ms(Math.max(0, ...own))} (goal: none)`;
  });
}
