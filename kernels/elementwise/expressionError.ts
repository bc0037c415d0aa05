/** A formula or a definition that cannot be used. The message reads `problem: value; way out`. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** Where in the formula, counted from 1. */
  readonly column: number | undefined;

  constructor(message: string, column?: number) {
    super(message);
    this.column = column;
  }
}

const MOST_SHOWN = 40;

/** A piece of a formula as messages show it: on one line, and cut where it is long. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
