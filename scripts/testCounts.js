/**
 * What a step or a whole run came to.
 * @typedef {{ passed: number, failed: number, skipped: number, note?: string }} Counts
 */

export const nothing = { passed: 0, failed: 0, skipped: 0 };
export const onePassed = { passed: 1, failed: 0, skipped: 0 };
export const oneFailed = { passed: 0, failed: 1, skipped: 0 };

/** The sum of several counts. */
export function total(counts) {
  return counts.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    nothing,
  );
}

/** The last line of `npm test`. @param {Counts} counts */
export function countLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Non-zero exactly when something failed. @param {Counts} counts */
export function exitCode({ failed }) {
  return failed > 0 ? 1 : 0;
}

/**
 * The counts of one Vitest run, from its JSON report (undefined when there is none) and its exit code. Beyond failed
 * tests these are failures too: no report, a file that failed outside its tests, an error nobody awaited (the exit code
 * tells), and a run that tested nothing although no filter was set.
 */
export function vitestCounts({ report, code, isFiltered = false }) {
  if (!report) return { ...oneFailed, note: `no report: the test run ended with code ${code}` };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  if (counts.failed === 0 && code !== 0 && report.numTotalTests > 0) {
    return { ...counts, failed: 1, note: `an error outside the tests: the test run ended with code ${code}` };
  }
  if (counts.passed + counts.failed === 0 && !isFiltered) return { ...counts, failed: 1, note: 'no test was run' };
  return counts;
}
