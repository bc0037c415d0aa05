import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plantedErrorIsReported } from './canary.js';
import { runTool } from './runProcess.js';
import { oneFailed, onePassed, vitestCounts } from './testCounts.js';

const MINUTE = 60_000;

function tool(file, args, limitMs = 5 * MINUTE) {
  return async () => {
    const { code, isOverLimit } = await runTool(file, args, { limitMs });
    if (isOverLimit) return { ...oneFailed, note: `ended after ${limitMs / MINUTE} minutes` };
    return code === 0 ? onePassed : oneFailed;
  };
}

async function canary() {
  if (await plantedErrorIsReported()) return onePassed;
  return { ...oneFailed, note: 'svelte-check passed a component with a type error' };
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Runs one Vitest project; the counts come from its report, which a run that dies never writes.
 * @param {string} project
 * @param {{ filter?: string[], env?: Record<string, string>, limitMs?: number, config?: string[], isQuiet?: boolean }} [options]
 */
export async function runVitest(
  project,
  { filter = [], env = {}, limitMs = 12 * MINUTE, config = [], isQuiet = false } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'neuroloupe-test-'));
  const path = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`];
    const args = ['run', '--project', project, ...reporters, ...config, ...filter];
    const { code } = await runTool('vitest/vitest.mjs', args, { env, limitMs, capture: isQuiet });
    return vitestCounts({ report: readReport(path), code, isFiltered: filter.length > 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function vitest(project) {
  return ({ filter, browserPath }) =>
    runVitest(project, { filter, env: browserPath ? { CHROME_PATH: browserPath } : {} });
}

/**
 * The steps of `npm test` in their order, quick ones first. `needs` names steps that go before; `needsBrowser` and
 * `hasFilter` tell what the step takes from the command line and the machine.
 */
export const steps = [
  { name: 'types', run: tool('typescript/bin/tsc', ['-p', '.']) },
  { name: 'svelte', run: tool('svelte-check/bin/svelte-check', ['--tsconfig', 'tsconfig.json', '--fail-on-warnings']) },
  { name: 'canary', run: canary },
  { name: 'lint', run: tool('eslint/bin/eslint.js', ['.', '--max-warnings', '0']) },
  { name: 'format', run: tool('prettier/bin/prettier.cjs', ['--check', '.']) },
  { name: 'unit', run: vitest('unit'), hasFilter: true },
  { name: 'golden', run: vitest('golden'), hasFilter: true },
  { name: 'bench', run: vitest('bench'), hasFilter: true },
  { name: 'browser', run: vitest('browser'), hasFilter: true, needsBrowser: true },
  { name: 'build', run: async () => tool('../scripts/build.js', [])() },
  { name: 'package', run: vitest('package'), needs: ['build'], needsBrowser: true },
];
