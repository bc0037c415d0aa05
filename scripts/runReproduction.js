import { parseArgs } from 'node:util';
import { Failure, printError } from './failure.js';
import { installMissing } from './install.js';
import * as reproductions from './reproductions/index.js';
import { withLibrary } from './withLibrary.js';

const USAGE = 'npm run reproduce -- <name> [--seeds <number>] [--pictures <number>] [--out <folder>]';

/** The command line as plain values: `{ reproduction, seeds, pictures, out }`. */
export function reproduceOptions(args, known = Object.values(reproductions)) {
  const options = {
    seeds: { type: 'string', default: '5' },
    pictures: { type: 'string', default: '60' },
    out: { type: 'string', default: 'reproduced' },
  };
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Failure(`bad command line: ${error.message.split('.')[0]}; use ${USAGE}`);
  }
  const { values, positionals } = parsed;
  const names = known.map(({ id }) => id).join(', ');
  if (positionals.length !== 1) {
    const given = positionals.length === 0 ? 'none' : positionals.join(' ');
    throw new Failure(`name one reproduction: ${given}; use ${USAGE}; known: ${names}`);
  }
  const reproduction = known.find(({ id }) => id === positionals[0]);
  if (!reproduction) throw new Failure(`unknown reproduction: "${positionals[0]}"; known: ${names}`);
  return {
    reproduction,
    seeds: whole(values.seeds, 'number of seeds', 100),
    pictures: whole(values.pictures, 'number of pictures', 300),
    out: values.out,
  };
}

function whole(text, what, most) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new Failure(`bad ${what}: ${text}; use a whole number from 1 to ${most}`);
}

/** `npm run reproduce -- <name>`: builds the library from the sources as they are, runs it, prints what it measures. */
export async function runReproduction(args) {
  try {
    const { reproduction, ...options } = reproduceOptions(args);
    await installMissing();
    await withLibrary((libraryUrl) => reproduction.run(libraryUrl, options));
  } catch (error) {
    printError(error);
    process.exitCode = 1;
  }
}
