import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { plantedErrorIsReported } from '../../scripts/canary.js';
import { root } from '../../scripts/root.js';
import { runProcess } from '../../scripts/runProcess.js';
import { countLine, exitCode, total, vitestCounts } from '../../scripts/testCounts.js';
import { testOptions } from '../../scripts/testOptions.js';
import { runVitest } from '../../scripts/testSteps.js';

test('the count line names passed and failed, and skipped only when there are any', () => {
  expect(countLine({ passed: 0, failed: 0, skipped: 0 })).toBe('0 passed, 0 failed');
  expect(countLine({ passed: 12, failed: 1, skipped: 0 })).toBe('12 passed, 1 failed');
  expect(countLine({ passed: 12, failed: 0, skipped: 3 })).toBe('12 passed, 0 failed, 3 skipped');
});

test('the exit code is non-zero exactly when something failed', () => {
  expect(exitCode({ passed: 5, failed: 0, skipped: 2 })).toBe(0);
  expect(exitCode({ passed: 0, failed: 0, skipped: 0 })).toBe(0);
  expect(exitCode({ passed: 5, failed: 1, skipped: 0 })).toBe(1);
  expect(exitCode({ passed: 5, failed: 256, skipped: 0 })).toBe(1);
});

test('counts add up over steps', () => {
  const steps = [
    { passed: 1, failed: 0, skipped: 0 },
    { passed: 10, failed: 2, skipped: 3, note: 'a note' },
  ];
  expect(total(steps)).toEqual({ passed: 11, failed: 2, skipped: 3 });
  expect(total([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

const report = (passed: number, failed: number, pending = 0, testResults: unknown[] = []) => ({
  numTotalTests: passed + failed + pending,
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: 0,
  testResults,
});

test('a report gives the counts of its tests', () => {
  expect(vitestCounts({ report: report(4, 0, 1), code: 0 })).toEqual({ passed: 4, failed: 0, skipped: 1 });
  expect(vitestCounts({ report: report(4, 2), code: 1 })).toEqual({ passed: 4, failed: 2, skipped: 0 });
});

test('a file that fails outside its tests is one failure', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
    { status: 'passed', assertionResults: [{ status: 'passed' }] },
  ];
  expect(vitestCounts({ report: report(2, 1, 0, testResults), code: 1 })).toMatchObject({ passed: 2, failed: 2 });
});

test('no report, a bad exit code or an empty run is one failure with a note', () => {
  const none = { passed: 0, failed: 1, skipped: 0 };
  expect(vitestCounts({ report: undefined, code: 139 })).toEqual({
    ...none,
    note: 'no report: the test run ended with code 139',
  });
  expect(vitestCounts({ report: report(3, 0), code: 1 })).toEqual({
    ...none,
    passed: 3,
    note: 'an error outside the tests: the test run ended with code 1',
  });
  expect(vitestCounts({ report: report(0, 0), code: 1 })).toEqual({ ...none, note: 'no test was run' });
  expect(vitestCounts({ report: report(0, 0, 7), code: 0 })).toEqual({ ...none, skipped: 7, note: 'no test was run' });
});

test('under a filter a run without a match is no failure', () => {
  expect(vitestCounts({ report: report(0, 0), code: 1, isFiltered: true })).toMatchObject({ failed: 0 });
  expect(vitestCounts({ report: report(0, 0, 7), code: 0, isFiltered: true })).toMatchObject({ failed: 0, skipped: 7 });
});

const steps = [
  { name: 'types' },
  { name: 'unit', hasFilter: true },
  { name: 'build' },
  { name: 'package', needs: ['build'] },
];
const chosen = (args: string[]) => testOptions(args, steps).steps.map((step: { name: string }) => step.name);

test('--only picks steps and brings what they need, in the order of the whole run', () => {
  expect(chosen([])).toEqual(['types', 'unit', 'build', 'package']);
  expect(chosen(['--only', 'unit,types'])).toEqual(['types', 'unit']);
  expect(chosen(['--only', 'package'])).toEqual(['build', 'package']);
});

test('a filter runs the steps that have tests to choose from and goes on to Vitest', () => {
  expect(chosen(['-t', 'seeds'])).toEqual(['unit']);
  expect(testOptions(['random', '-t', 'seeds'], steps).filter).toEqual(['random', '-t', 'seeds']);
});

test('a bad command line is refused in one line that tells the right one', () => {
  expect(() => testOptions(['--only', 'unti'], steps)).toThrow(
    /^unknown step: "unti"; known: types, unit, build, package$/,
  );
  expect(() => testOptions(['--fast'], steps)).toThrow(/^bad command line: Unknown option '--fast'; use npm test -- /);
});

test('a child that runs too long is ended with the processes it started', async () => {
  const sleeper =
    "require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'inherit' })";
  const start = performance.now();
  // The output closes only when the grandchild is gone too, so that the promise settles shows that it is.
  const result = await runProcess(process.execPath, ['-e', sleeper], { limitMs: 500, capture: true });
  expect(result).toMatchObject({ code: 124, isOverLimit: true });
  expect(performance.now() - start).toBeLessThan(30_000);
});

test('a program that does not exist ends with code 127', async () => {
  expect(await runProcess('no-such-program-here', [], { capture: true })).toMatchObject({ code: 127 });
});

// The step of `npm test` asks the other half: a type error is reported.
test('the canary is silent over a sound component', async () => {
  expect(await plantedErrorIsReported('<script lang="ts">\n  const count = 1;\n</script>\n\n{count}\n')).toBe(false);
});

// What a real test run does when things go wrong; the counting must not depend on what we believe it does.
const planted: readonly [what: string, files: Record<string, string>, counts: object][] = [
  [
    'failing tests and a file that cannot be loaded',
    {
      'some.test.js':
        "test('a', () => {}); test('b', () => expect(1).toBe(2)); test.skip('c', () => {}); test.todo('d');",
      'broken.test.js': "throw new Error('planted');",
    },
    { passed: 1, failed: 2, skipped: 2 },
  ],
  [
    'a rejection nobody waits for',
    { 'some.test.js': "test('a', () => void Promise.reject(new Error('planted')));" },
    { passed: 1, failed: 1, skipped: 0, note: 'an error outside the tests: the test run ended with code 1' },
  ],
  [
    'a run that dies',
    { 'some.test.js': "test('a', () => {});", 'vitest.config.js': 'process.exit(7);' },
    { passed: 0, failed: 1, skipped: 0, note: 'no report: the test run ended with code 7' },
  ],
  ['a folder without tests', {}, { passed: 0, failed: 1, skipped: 0, note: 'no test was run' }],
];

test.for(planted)('counted right: %s', async ([, files, counts]) => {
  mkdirSync(`${root}/.vitest`, { recursive: true });
  const folder = mkdtempSync(`${root}/.vitest/planted-`);
  try {
    const config = "export default { test: { name: 'planted', globals: true } };";
    for (const [name, text] of Object.entries({ 'vitest.config.js': config, ...files })) {
      writeFileSync(`${folder}/${name}`, text);
    }
    const found = await runVitest('planted', { config: ['--root', folder], isQuiet: true });
    expect(found).toEqual(counts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
