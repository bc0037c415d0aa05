import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchExplanations } from './benchExplanations.js';
import { ask, median, startEngine } from './benchProcess.js';
import { UNITS } from './benchUnits.js';
import { Failure, printError } from './failure.js';
import { withLibrary } from './withLibrary.js';

const RUNS = 5;
const ENGINES = [
  { id: 'own', name: 'neuroloupe' },
  { id: 'layers', name: 'tfjs layers' },
];
const EXPLAIN = 'explain';

/** One unit on one tier: runs of both engines in turn, so that a loud minute falls on both. */
async function compare(libraryUrl, { name }, tier) {
  const rows = ENGINES.map((engine) => ({ ...engine, child: startEngine(engine.id, libraryUrl), times: [] }));
  const message = { unit: name, tier };
  try {
    for (const row of rows) row.reason = (await ask(row.child, message)).reason;
    for (let n = 0; n < RUNS; n++) {
      for (const row of rows.filter(({ reason }) => !reason)) {
        const { ms, reason } = await ask(row.child, message);
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

async function benchTraining(libraryUrl, units) {
  console.log('unit  tier  engine        ms median       min       max   × ours');
  for (const unit of units) {
    for (const tier of unit.tiers) for (const line of await compare(libraryUrl, unit, tier)) console.log(line);
  }
  console.log('times are of one training step, and only their ratios mean something');
}

/** The units asked for with --unit, any case; all of them when none is. */
function chosenUnits(asked) {
  const known = [...UNITS.map(({ name }) => name), EXPLAIN];
  if (asked === undefined) return known;
  const name = known.find((one) => one.toLowerCase() === asked.toLowerCase());
  if (name === undefined) throw new Failure(`unknown unit: "${asked}"; use ${known.join(', ')}`);
  return [name];
}

function unitArgument() {
  try {
    return parseArgs({ options: { unit: { type: 'string' } } }).values.unit;
  } catch (error) {
    throw new Failure(`bad arguments: ${error.message.split('\n')[0]}; use --unit and a name, or nothing`);
  }
}

async function bench() {
  const names = chosenUnits(unitArgument());
  const units = UNITS.filter(({ name }) => names.includes(name));
  const load = () => `load ${loadavg()[0].toFixed(1)}`;
  await withLibrary(async (url) => {
    console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${load()}`);
    if (units.length > 0) await benchTraining(url, units);
    if (names.includes(EXPLAIN)) await benchExplanations(url);
    console.log(load());
  });
}

bench().catch((error) => {
  printError(error);
  process.exitCode = 1;
});
