import { Failure, printError } from './failure.js';
import { installMissing } from './install.js';
import { provideBrowser } from './provideBrowser.js';
import { countLine, exitCode, oneFailed, total } from './testCounts.js';
import { testOptions } from './testOptions.js';
import { steps as allSteps } from './testSteps.js';

/** Runs one step; whatever goes wrong in it is a failure of that step and hides no other. */
async function runStep(step, context) {
  console.log(`\n--- ${step.name}`);
  const start = performance.now();
  let counts;
  try {
    // Asked for here, so that a machine without a browser still runs every other step.
    const browserPath = step.needsBrowser ? await context.browser() : undefined;
    counts = await step.run({ filter: context.filter, browserPath });
  } catch (error) {
    printError(error);
    counts = oneFailed;
  }
  if (counts.note) console.error(counts.note);
  return { name: step.name, counts, seconds: (performance.now() - start) / 1000 };
}

function once(make) {
  let made;
  return () => (made ??= make());
}

async function runAll(args) {
  const { steps, filter, isInstallingBrowser } = testOptions(args, allSteps);
  await installMissing();
  const browser = once(async () => {
    const path = await provideBrowser({ isAsked: isInstallingBrowser });
    console.log(`browser: ${path}`);
    return path;
  });
  const results = [];
  for (const step of steps) results.push(await runStep(step, { filter, browser }));

  console.log('');
  for (const { name, counts, seconds } of results) {
    console.log(`${name.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${countLine(counts)}`);
  }
  const counts = total(results.map((result) => result.counts));
  if (counts.passed + counts.failed > 0) return counts;
  throw new Failure(`no test matches: ${filter.join(' ')}; check the name or the file given`);
}

/** `npm test`: every step, then the count line alone at the end. */
export async function runTests(args) {
  let counts = oneFailed;
  try {
    counts = await runAll(args);
  } catch (error) {
    printError(error);
  }
  console.log(`\n${countLine(counts)}`);
  process.exitCode = exitCode(counts);
}
