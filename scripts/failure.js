/** Something the person at the terminal can mend. The message is one line, `problem: value; way out`. */
export class Failure extends Error {
  name = 'Failure';
}

/** Prints a {@link Failure} as its one line; anything else is a bug of ours and keeps its stack. */
export function printError(error) {
  console.error(error instanceof Failure ? error.message : error);
}
