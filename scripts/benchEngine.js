import { ownTasks } from './benchExplain.js';
import { naiveTasks } from './benchNaive.js';
import { median } from './benchProcess.js';
import { layersStep, ownStep, plainTensorflow } from './benchSteps.js';
import { UNITS } from './benchUnits.js';

// One engine in a process of its own: two copies of tfjs in one program share their kernels, and the plain one would
// train with ours. The parent sends { unit, tier } or { task, count, tier } to prepare, and 'run' to time.
const RUN_MS = 1500;
const MOST = 30;
const [, , engine, libraryUrl] = process.argv;
// The greeting of tfjs would stand between the lines of the table.
console.warn = () => undefined;

/** Median milliseconds per step of at most 30 blocks or 1.5 s; at least one block. */
async function timeRun(step, block) {
  const times = [];
  const start = performance.now();
  while (times.length < MOST && (times.length === 0 || performance.now() - start < RUN_MS)) {
    const from = performance.now();
    for (let i = 0; i < block; i++) await step();
    times.push((performance.now() - from) / block);
  }
  return median(times);
}

let tasks;
const steps = new Map();

/** The step of a task, made once. The first run after preparing warms up. */
async function stepOf({ unit, task, count, tier }) {
  const key = `${unit} ${task} ${count}`;
  if (steps.has(key)) return steps.get(key);
  const isOwn = engine === 'own';
  if (task) {
    tasks ??= await (isOwn ? ownTasks(await import(libraryUrl), tier) : naiveTasks(await plainTensorflow(tier)));
    steps.set(key, { step: tasks[task](count), block: 1 });
  } else {
    const found = UNITS.find(({ name }) => name === unit);
    const step = await (isOwn ? ownStep(await import(libraryUrl), found, tier) : layersStep(found, tier));
    steps.set(key, { step, block: found.block });
  }
  return steps.get(key);
}

process.on('message', async (message) => {
  try {
    const { step, block } = await stepOf(message);
    if (message.wants === 'result') process.send({ result: [...(await step())] });
    else process.send({ ms: await timeRun(step, block) });
  } catch (error) {
    process.send({ reason: String(error.message).split('\n')[0].slice(0, 100) });
  }
});
