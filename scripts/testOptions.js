import { parseArgs } from 'node:util';
import { Failure } from './failure.js';

const USAGE = 'npm test -- [--only <step,step>] [-t <test name>] [--install-browser] [<file name part>]';

/**
 * The command line of `npm test` as plain values. A name or a file filter speaks about Vitest's tests, so without
 * `--only` it leaves out the steps that have none. A step brings those it needs with it.
 */
export function testOptions(args, steps) {
  const options = {
    only: { type: 'string' },
    testNamePattern: { type: 'string', short: 't' },
    'install-browser': { type: 'boolean', default: false },
  };
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Failure(`bad command line: ${error.message.split('.')[0]}; use ${USAGE}`);
  }
  const { values, positionals } = parsed;
  const filter = [...positionals, ...(values.testNamePattern ? ['-t', values.testNamePattern] : [])];
  const names = values.only?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined) {
    throw new Failure(`unknown step: "${unknown}"; known: ${steps.map((step) => step.name).join(', ')}`);
  }
  const isWanted = (step) => (names ? names.includes(step.name) : filter.length === 0 || step.hasFilter === true);
  const wanted = new Set(steps.filter(isWanted).flatMap((step) => [step.name, ...(step.needs ?? [])]));
  return {
    steps: steps.filter((step) => wanted.has(step.name)),
    filter,
    isInstallingBrowser: values['install-browser'],
  };
}
