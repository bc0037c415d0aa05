/** Asked for while a net trains: nothing first, to compare with. */
const REQUESTS = {
  nothing: null,
  'a map (LRP)': ['attribute', { id: 'epsilonPlusFlat', options: {} }],
  'SmoothGrad, 20 copies': ['attribute', { id: 'smoothGrad', options: {} }],
  'concepts with 8 maps': ['measure', { instrument: 'concepts', options: { at: 'AT' } }],
  'attribution graph': ['measure', { instrument: 'attributionGraph', options: {} }],
  'reference samples of 4 channels': [
    'references',
    {
      at: 'AT',
      channels: [0, 1, 2, 3],
      mode: 'relevance',
      label: null,
      count: 8,
      composite: 'epsilonPlusFlat',
      rules: {},
    },
  ],
  'pixel flipping': ['score', { metric: 'pixelFlipping', method: { id: 'epsilonPlusFlat', options: {} } }],
};
const ASKED_MS = 4000;

/** Runs in the page: asks again and again for a while; how many steps were trained meanwhile, and how many answers came. */
async function askAgain([request, stage, milliseconds]) {
  const lab = globalThis.neuroloupe;
  const begin = { step: lab.step, at: performance.now() };
  let answers = 0;
  while (performance.now() - begin.at < milliseconds) {
    if (request) {
      const [name, take] = JSON.parse(JSON.stringify(request).replaceAll('"AT"', JSON.stringify(stage)));
      await lab.ask(name, { sample: 0, class: null, step: null, ...take });
      answers += 1;
    } else {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  }
  const seconds = (performance.now() - begin.at) / 1000;
  return { stepsPerSecond: (lab.step - begin.step) / seconds, answersPerSecond: answers / seconds };
}

/** Milliseconds of every task of the engine's thread: by the clock, and by the processor where that is told. */
function engineTasks(trace) {
  const { traceEvents: events } = JSON.parse(trace.toString());
  const isEngine = ({ name, args }) => name === 'thread_name' && args.name.startsWith('DedicatedWorker');
  const threads = new Set(events.filter(isEngine).map(({ pid, tid }) => `${pid} ${tid}`));
  return events
    .filter(({ name, pid, tid, dur }) => name === 'RunTask' && dur && threads.has(`${pid} ${tid}`))
    .map(({ dur, tdur }) => ({ clock: dur / 1000, processor: tdur === undefined ? NaN : tdur / 1000 }));
}

/**
 * What explanations cost a net in training: steps per second, and how long the engine's thread is held at a stretch. Prints
 * a table; returns how many faults it saw.
 */
export async function checkExplaining(browser, address, { data, net, stage }) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(`${address}?tier=wasm#data=${data}&net=${net}&pace=max`);
  await page.waitForFunction(() => globalThis.neuroloupe?.step > 50, undefined, { timeout: 60_000 });
  console.log(`\nexplanations while ${net} trains on ${data}, tier wasm`);
  console.log(
    'asked for                        | answers/s | steps/s | longest task of the engine | of its processor time',
  );
  for (const [name, request] of Object.entries(REQUESTS)) {
    await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
    const { stepsPerSecond, answersPerSecond } = await page.evaluate(askAgain, [request, stage, ASKED_MS]);
    const tasks = engineTasks(await browser.stopTracing());
    const longest = (of) => Math.max(0, ...tasks.map(of).filter((ms) => !Number.isNaN(ms)));
    console.log(
      [
        name.padEnd(32),
        (request ? answersPerSecond.toFixed(1) : '').padStart(9),
        stepsPerSecond.toFixed(1).padStart(7),
        `${longest(({ clock }) => clock).toFixed(1)} ms`.padStart(26),
        `${longest(({ processor }) => processor).toFixed(1)} ms`.padStart(21),
      ].join(' | '),
    );
  }
  for (const fault of faults) console.log(`broken: ${fault}`);
  await context.close();
  return faults.length;
}
