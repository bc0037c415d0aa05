import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchExplanations } from './benchExplanations.js';
import { ENGINES, PEERS } from './benchPeers.js';
import { headLine, rowLine } from './benchTable.js';
import { targetLines } from './benchTargets.js';
import { compare } from './benchTraining.js';
import { GROWTH, UNITS } from './benchUnits.js';
import { Failure, printError } from './failure.js';
import { withLibrary } from './withLibrary.js';

const USAGE = 'npm run bench -- [--unit <names>] [--peer <engines>] [--runs <number>] [--json <file>]';
const EXPLAIN = 'explain';
const SERIES = 'growth';

/** Names of a comma list, any case, as they are known; all of them when none is asked for. */
function chosen(what, asked, known) {
  if (asked === undefined || asked === 'all') return known;
  return asked.split(',').map((part) => {
    const name = known.find((one) => one.toLowerCase() === part.trim().toLowerCase());
    if (name === undefined) throw new Failure(`unknown ${what}: "${part}"; use ${known.join(', ')}`);
    return name;
  });
}

function argumentsOf() {
  const options = Object.fromEntries(['unit', 'peer', 'runs', 'json'].map((name) => [name, { type: 'string' }]));
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new Failure(`bad arguments: ${error.message.split('\n')[0]}; use ${USAGE}`);
  }
}

function choices() {
  const { unit, peer, runs = '5', json } = argumentsOf();
  if (!/^[1-9]\d{0,2}$/.test(runs)) throw new Failure(`bad number of runs: ${runs}; use a whole number from 1 to 999`);
  const single = UNITS.filter((one) => !GROWTH.includes(one)).map(({ name }) => name);
  const names = chosen('unit', unit, [...single, SERIES, EXPLAIN]);
  const engines = chosen('peer', peer, ENGINES);
  return {
    units: UNITS.filter((one) => names.includes(one.name) || (one.grows && names.includes(SERIES))),
    isExplaining: names.includes(EXPLAIN),
    peers: PEERS.filter(({ engine }) => engine === 'neuroloupe' || engines.includes(engine)),
    runs: Number(runs),
    json,
  };
}

/** Milliseconds per step, unit by unit; what was asked of a unit comes below it. */
async function benchTraining(units, peers, options) {
  const all = [];
  for (const [i, unit] of units.entries()) {
    if (i === 0 || Boolean(unit.grows) !== Boolean(units[i - 1].grows)) console.log(headLine(unit.grows));
    // Of the series, only those take part that are of it.
    const own = unit.grows ? peers.filter((peer) => !peer.lacks?.(unit)) : peers;
    const rows = await compare(unit, own, options);
    for (const row of rows) console.log(rowLine(row, unit.grows));
    for (const line of targetLines(rows)) console.log(`  ${line}`);
    all.push(...rows);
  }
  console.log('ms per step, or per gradient of one logit (EXP); × ours: of the minima where a row is noisy');
  console.log(
    'first: ms from the description of the net to its first step; max Δ: largest difference of losses from tfjs',
  );
  console.log('not measured: what is asked of WebGPU, of threads and of frames while a worker trains');
  return all;
}

async function bench() {
  const { units, isExplaining, peers, json, ...options } = choices();
  const load = () => `load ${loadavg()[0].toFixed(1)}`;
  await withLibrary(async (libraryUrl) => {
    console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${load()}`);
    const rows = units.length > 0 ? await benchTraining(units, peers, { ...options, libraryUrl }) : [];
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 1)}\n`);
    if (isExplaining) await benchExplanations(libraryUrl);
    console.log(load());
  });
}

bench().catch((error) => {
  printError(error);
  process.exitCode = 1;
});
