import { firstSteps, median, timed, warmUp } from './benchTiming.js';
import { UNITS } from './benchUnits.js';

// One engine and one unit in a process of its own: two copies of tfjs in one program share their kernels, and the plain one
// would train with ours. The parent sends { wants: 'start', unit, tier } and then { wants: 'run' } as often as it likes.
const FILES = {
  neuroloupe: './benchOwn.js',
  tfjs: './benchTfjs.js',
  convnetjs: './benchConvnetjs.js',
  brainjs: './benchBrainjs.js',
  playground: './benchPlayground.js',
  'jax-js': './benchJaxjs.js',
};
const SHORT_MS = 0.1;
/** A step that takes longer is timed where its losses are compared, and no more. */
const SLOW_MS = 5000;
const BLOCK = 200;
const PARITY_STEPS = 30;
const [, , engine, libraryUrl] = process.argv;
// Greetings would stand between the lines of the table.
console.warn = () => undefined;

let running;

async function prepare({ unit: name, tier, parityMs, warmMs }) {
  const unit = UNITS.find((one) => one.name === name);
  const needsLibrary = engine === 'neuroloupe' || engine === 'tfjs';
  const library = needsLibrary ? await import(libraryUrl) : undefined;
  const { start } = await import(FILES[engine]);
  const before = process.memoryUsage().rss;
  const begin = performance.now();
  const { step, ...about } = await start(unit, { tier, library });
  const first = await step();
  const firstMs = performance.now() - begin;
  const { found, times } = await firstSteps(step, PARITY_STEPS - 1, parityMs);
  const isSlow = median(times) > SLOW_MS;
  const ms = isSlow ? median(times) : await warmUp(step, warmMs);
  running = { step, block: ms < SHORT_MS ? BLOCK : 1 };
  return {
    ...about,
    ...(unit.explains
      ? { result: Buffer.from(Float32Array.from(first).buffer).toString('base64') }
      : { losses: [first, ...found] }),
    ...(isSlow ? { times } : {}),
    firstMs,
    warmupMs: performance.now() - begin,
    memory: process.memoryUsage().rss - before,
  };
}

process.on('message', async (message) => {
  try {
    if (message.wants === 'start') process.send(await prepare(message));
    else process.send({ times: await timed(running.step, { ...running, limitMs: message.limitMs }) });
  } catch (error) {
    process.send({ reason: String(error.message).split('\n')[0].slice(0, 100) });
  }
});
