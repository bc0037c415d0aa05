import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UNITS } from './benchUnits.js';
import { printError } from './failure.js';
import { root } from './root.js';

const RUNS = 5;
const ENGINES = [
  { id: 'own', name: 'neuroloupe' },
  { id: 'layers', name: 'tfjs layers' },
];

/** Writes the library as bare Node can load it, built from the sources as they are now. */
async function ownLibrary(folder) {
  const { build, defaultServerConditions } = await import('vite');
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, resolve: { conditions: ['neuroloupe-source', ...defaultServerConditions] } },
    build: { ssr: 'src/index.ts', outDir: folder, target: 'node20', emptyOutDir: true },
  });
}

/** Sends one message to an engine and waits for its answer; an engine that dies says so. */
function ask(child, message) {
  return new Promise((resolve) => {
    const died = (code) => resolve({ reason: `the engine ended with code ${code}` });
    child.once('exit', died);
    child.once('message', (answer) => {
      child.off('exit', died);
      resolve(answer);
    });
    child.send(message);
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** One unit on one tier: runs of both engines in turn, so that a loud minute falls on both. */
async function compare(libraryUrl, { name }, tier) {
  const program = fileURLToPath(new URL('./benchEngine.js', import.meta.url));
  const rows = ENGINES.map((engine) => ({ ...engine, child: fork(program, [engine.id, libraryUrl]), times: [] }));
  try {
    for (const row of rows) row.reason = (await ask(row.child, { unit: name, tier })).reason;
    for (let n = 0; n < RUNS; n++) {
      for (const row of rows.filter(({ reason }) => !reason)) {
        const { ms, reason } = await ask(row.child, 'run');
        if (reason) row.reason = reason;
        else row.times.push(ms);
      }
    }
  } finally {
    for (const { child } of rows) child.kill();
  }
  const own = median(rows[0].times);
  return rows.map(({ name: engine, times, reason }) => {
    const head = `${name.padEnd(6)}${tier.padEnd(6)}${engine.padEnd(14)}`;
    if (reason) return `${head}not measured: ${reason}`;
    const cells = [median(times), Math.min(...times), Math.max(...times)].map((ms) => ms.toFixed(3).padStart(10));
    return `${head}${cells.join('')}${(median(times) / own).toFixed(2).padStart(9)}`;
  });
}

async function bench() {
  const folder = mkdtempSync(`${root}/node_modules/.neuroloupe-bench-`);
  try {
    await ownLibrary(folder);
    const url = pathToFileURL(`${folder}/index.js`).href;
    console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)}`);
    console.log('unit  tier  engine        ms median       min       max   × ours');
    for (const unit of UNITS) {
      for (const tier of unit.tiers) for (const line of await compare(url, unit, tier)) console.log(line);
    }
    console.log(
      `load ${loadavg()[0].toFixed(1)}; times are of one training step, and only their ratios mean something`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

bench().catch((error) => {
  printError(error);
  process.exitCode = 1;
});
