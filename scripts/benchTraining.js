import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { referenceOf, differenceOf } from './benchParity.js';
import { PEERS } from './benchPeers.js';
import { startRunner } from './benchProcess.js';
import { median } from './benchTiming.js';
import { startTorch } from './benchTorch.js';
import { parametersOf } from './benchUnits.js';

const MIB = 2 ** 20;
/** Runs whose medians lie further apart than this say little. */
const SPREAD = 0.25;
const LIMITS = { parityMs: 15_000, warmMs: 5_000, limitMs: 2_000 };
const GROWTH_LIMITS = { parityMs: 2_000, warmMs: 1_000, limitMs: 300 };

const isInstalled = (name) => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};

function started(peer, libraryUrl) {
  if (peer.needs && !isInstalled(peer.needs)) return { why: `not installed: ${peer.needs}; npm install gets it` };
  if (peer.engine !== 'pytorch') return { process: startRunner(peer, libraryUrl) };
  const torch = startTorch();
  return torch ? { process: torch } : { why: 'no python3 with torch on PATH; set PYTHON to one' };
}

/** Starts a peer on a unit: its first steps, and its warming up. */
async function prepared(peer, unit, limits, libraryUrl) {
  const why = peer.lacks?.(unit);
  if (why) return { peer, why, times: [] };
  const { process, why: missing } = started(peer, libraryUrl);
  if (missing) return { peer, why: missing, times: [] };
  const about = await process.ask({ wants: 'start', unit: unit.name, tier: peer.tier, ...limits });
  return { peer, process, about, why: about.reason, times: about.times ? [about.times] : [] };
}

/** One run of every entry after the other, so that a loud minute falls on all of them. */
async function rounds(entries, runs, limits) {
  for (let n = 0; n < runs; n++) {
    for (const entry of entries) {
      if (entry.why || entry.about.times) continue;
      const { times, reason } = await entry.process.ask({ wants: 'run', ...limits });
      if (reason) entry.why = reason;
      else entry.times.push(times);
    }
  }
}

function isSpread({ times }) {
  const medians = times.map(median);
  return Math.max(...medians) - Math.min(...medians) > SPREAD * median(medians);
}

function statistics({ times, why }) {
  if (why || times.length === 0) return null;
  const all = times.flat().toSorted((a, b) => a - b);
  return {
    median: median(times.map(median)),
    min: all[0],
    p90: all[Math.min(all.length - 1, Math.floor(0.9 * all.length))],
  };
}

/** The rows of a unit: parity first, then runs in turn; once more when they spread. */
export async function compare(unit, peers, { runs, libraryUrl }) {
  const limits = unit.grows ? GROWTH_LIMITS : LIMITS;
  const entries = [];
  const loadBefore = loadavg()[0];
  try {
    const referencePeer = referenceOf(unit, PEERS);
    for (const peer of peers) entries.push(await prepared(peer, unit, limits, libraryUrl));
    const reference =
      entries.find(({ peer }) => peer === referencePeer) ?? (await prepared(referencePeer, unit, limits, libraryUrl));
    if (!peers.includes(referencePeer)) reference.process?.kill();
    for (const entry of entries) if (!entry.why) Object.assign(entry, differenceOf(unit, entry, reference));
    await rounds(entries, runs, limits);
    if (runs > 1 && entries.some((entry) => !entry.why && isSpread(entry))) {
      for (const entry of entries) entry.times = entry.about?.times ? [entry.about.times] : [];
      await rounds(entries, runs, limits);
    }
  } finally {
    for (const { process } of entries) process?.kill();
  }
  // Nobody says what else ran: a machine that was busy before, or is busier than one program makes it, is noisy.
  const isBusy = loadBefore > 1 || loadavg()[0] > loadBefore + 1;
  return withRatios(entries.map((entry) => rowOf(unit, entry, isBusy)));
}

function rowOf(unit, entry, isBusy) {
  const { peer, about = {}, why, maxLossDifference = null } = entry;
  const ms = statistics(entry);
  const notes = [about.note, about.times && `timed in ${about.times.length} steps`].filter(Boolean).join('; ');
  return {
    unit: unit.name,
    engine: peer.engine,
    tier: peer.tier,
    where: peer.where,
    threads: 1,
    fma: about.fma ?? null,
    ms,
    why: ms ? null : (why ?? 'no run ended'),
    ratioToOwn: null,
    dispatches: null,
    submits: null,
    jsMs: null,
    firstMs: about.firstMs ?? null,
    warmupMs: about.warmupMs ?? null,
    maxLossDifference,
    noisy: ms ? isBusy || isSpread(entry) : null,
    note: notes || null,
    parameters: parametersOf(unit),
    memoryMiB: about.memory === undefined ? null : about.memory / MIB,
  };
}

/** How many times as long as our own first row; of the minima where either is noisy. */
function withRatios(rows) {
  const own = rows.find(({ engine, ms }) => engine === 'neuroloupe' && ms);
  if (!own) return rows;
  return rows.map((row) => {
    const which = row.noisy || own.noisy ? 'min' : 'median';
    return row.ms ? { ...row, ratioToOwn: row.ms[which] / own.ms[which] } : row;
  });
}
