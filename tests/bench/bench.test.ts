import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/root.js';
import { runProcess } from '../../scripts/runProcess.js';

interface Row {
  readonly unit: string;
  readonly engine: string;
  readonly tier: string;
  readonly ms: { readonly median: number; readonly min: number; readonly p90: number } | null;
  readonly why: string | null;
  readonly ratioToOwn: number | null;
  readonly maxLossDifference: number | null;
}

/** What every row says, measured or not. */
const FIELDS = [
  ...['unit', 'engine', 'tier', 'where', 'threads', 'fma', 'ms', 'why', 'ratioToOwn', 'dispatches', 'submits'],
  ...['jsMs', 'warmupMs', 'maxLossDifference', 'noisy'],
];
const ENGINES = ['neuroloupe', 'tfjs', 'convnetjs', 'brainjs', 'playground', 'jax-js', 'pytorch'];
const TIERS = ['js', 'wasm', 'webgpu', 'cpu'];
/** They learn by other rules, so their losses say nothing about the speed of a step. */
const UNLIKE = ['brainjs', 'playground'];

async function bench(...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'neuroloupe-bench-'));
  const path = join(folder, 'rows.json');
  try {
    const env = { PYTHON: join(folder, 'no-python') };
    const { code, output } = await runProcess(process.execPath, [`${root}/scripts/bench.js`, ...args, '--json', path], {
      capture: true,
      env,
    });
    expect(code, output).toBe(0);
    return { rows: JSON.parse(readFileSync(path, 'utf8')) as Row[], output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('one run of the smallest unit gives a row for every engine, measured or with the reason why not', async () => {
  const { rows, output } = await bench('--unit', 'mlp-s', '--runs', '1');
  expect(new Set(rows.map(({ engine }) => engine))).toEqual(new Set(ENGINES));
  for (const row of rows) {
    const name = `${row.engine} ${row.tier}`;
    expect(Object.keys(row), name).toEqual(expect.arrayContaining(FIELDS));
    expect(row.unit).toBe('MLP-S');
    expect(TIERS).toContain(row.tier);
    expect(row.ms === null, name).toBe(row.why !== null);
    expect(row.ms === null, name).toBe(row.ratioToOwn === null);
    if (!row.ms) continue;
    expect(row.ms.min, name).toBeGreaterThan(0);
    expect(row.ms.p90, name).toBeGreaterThanOrEqual(row.ms.min);
    expect(row.maxLossDifference === null, name).toBe(UNLIKE.includes(row.engine));
  }
  const byName = new Map(rows.map((row) => [`${row.engine} ${row.tier}`, row]));
  for (const own of ['neuroloupe wasm', 'neuroloupe js', 'tfjs cpu', 'tfjs wasm', 'convnetjs js', 'playground js']) {
    expect(byName.get(own)?.why, own).toBe(null);
  }
  expect(byName.get('pytorch cpu')?.why).toBe('no python3 with torch on PATH; set PYTHON to one');
  expect(byName.get('tfjs webgpu')?.why).not.toBe(null);
  expect(output).toMatch(/MLP-S wasm against convnetjs js: [\d.]+ × as fast; must 8: (reached|[\d.]+ × short)/);
  expect(output, 'a rival that did not run is no target met').toContain(
    'MLP-S wasm against pytorch cpu: not met, not missed: no python3',
  );
}, 180_000);

test('a unit or an engine that is not known is named, with those that are', async () => {
  const run = (...args: string[]) =>
    runProcess(process.execPath, [`${root}/scripts/bench.js`, ...args], { capture: true });
  expect(await run('--unit', 'MLP-S,huge')).toMatchObject({
    code: 1,
    output: 'unknown unit: "huge"; use MLP-S, CNN-S, CNN-M, EXP-1, EXP-64, growth, explain\n',
  });
  expect(await run('--peer', 'keras')).toMatchObject({
    code: 1,
    output: `unknown peer: "keras"; use ${ENGINES.join(', ')}\n`,
  });
  expect(await run('--runs', 'many')).toMatchObject({
    code: 1,
    output: 'bad number of runs: many; use a whole number from 1 to 999\n',
  });
});
