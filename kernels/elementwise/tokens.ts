import { ExpressionError, quote } from './expressionError.ts';

export interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'end';
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly column: number;
}

const SPACE = /\s*/y;
const PARTS = [
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['sign', /<=|>=|==|!=|[-+*/^(),<>]/y],
] as const;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Cuts a formula into numbers, names and signs; the last token is its end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += matchAt(SPACE, text, at)!.length;
    if (at === text.length) return [...tokens, { kind: 'end', text: '', column: at + 1 }];
    const column = at + 1;
    for (const [kind, pattern] of PARTS) {
      const found = matchAt(pattern, text, at);
      if (!found) continue;
      tokens.push({ kind, text: found, column });
      at += found.length;
      break;
    }
    if (at === column - 1) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      throw new ExpressionError(
        `unknown character at column ${column}: ${quote(character)}; use numbers, names, + - * / ^ < > = ! ( ) and commas`,
        column,
      );
    }
  }
}
