import { ownTasks } from './benchExplain.js';
import { naiveTasks } from './benchNaive.js';
import { plainTensorflow } from './benchTfjs.js';
import { median } from './benchTiming.js';

// One engine in a process of its own: two copies of tfjs in one program share their kernels, and the plain one would
// compute with ours. The parent sends { task, count, tier }; the first run warms up.
const RUN_MS = 1500;
const MOST = 30;
const [, , engine, libraryUrl] = process.argv;
// The greeting of tfjs would stand between the lines of the table.
console.warn = () => undefined;

/** Median milliseconds of at most 30 rounds or 1.5 s; at least one round. */
async function timeRun(step) {
  const times = [];
  const start = performance.now();
  while (times.length < MOST && (times.length === 0 || performance.now() - start < RUN_MS)) {
    const from = performance.now();
    await step();
    times.push(performance.now() - from);
  }
  return median(times);
}

let tasks;
const steps = new Map();

/** The step of a task, made once. */
async function stepOf({ task, count, tier }) {
  const key = `${task} ${count}`;
  if (!steps.has(key)) {
    const isOwn = engine === 'own';
    tasks ??= await (isOwn ? ownTasks(await import(libraryUrl), tier) : naiveTasks(await plainTensorflow(tier)));
    steps.set(key, tasks[task](count));
  }
  return steps.get(key);
}

process.on('message', async (message) => {
  try {
    const step = await stepOf(message);
    if (message.wants === 'result') process.send({ result: [...(await step())] });
    else process.send({ ms: await timeRun(step) });
  } catch (error) {
    process.send({ reason: String(error.message).split('\n')[0].slice(0, 100) });
  }
});
