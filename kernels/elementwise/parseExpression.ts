import { call, fold, name, number, type Expression, type Operation } from './expression.ts';
import { ExpressionError, quote } from './expressionError.ts';
import { arity } from './scalars.ts';
import { simplified } from './simplify.ts';
import { tokensOf, type Token } from './tokens.ts';

/** Longer formulas, and parts nested deeper than this, are refused: what a formula costs stays in bounds. */
const MOST_CHARACTERS = 2000;
const MOST_NESTING = 40;
const MOST_DEPTH = 200;

const functions = [
  ...['abs', 'sign', 'relu', 'min', 'max', 'exp', 'expm1', 'log', 'log1p', 'sqrt', 'square', 'sin', 'cos', 'tanh'],
  ...['sigmoid', 'softplus', 'erf'],
] as readonly Operation[];
/** These take two operands or more, from the left. */
const chains: readonly string[] = ['min', 'max'];

const comparisons: Readonly<
  Record<string, (a: Expression, b: Expression, u: Expression, v: Expression) => Expression>
> = {
  '<': (a, b, u, v) => call('ifLess', a, b, u, v),
  '<=': (a, b, u, v) => call('ifLessEqual', a, b, u, v),
  '>': (a, b, u, v) => call('ifLess', b, a, u, v),
  '>=': (a, b, u, v) => call('ifLessEqual', b, a, u, v),
  '==': (a, b, u, v) => call('ifEqual', a, b, u, v),
  '!=': (a, b, u, v) => call('ifEqual', a, b, v, u),
};

export interface ParseOptions {
  /** What the formula may read. */
  readonly names: readonly string[];
  /** Names that stand for a number or for another expression; its parts are shared. `pi` is known anyway. */
  readonly given?: Readonly<Record<string, number | Expression>>;
}

/**
 * Reads a formula: numbers, names, + - * / ^ (by a constant), parentheses, the functions of the language, and
 * `if(a > b, u, v)` with one comparison. As written: nothing is folded yet. Throws {@link ExpressionError} with the column.
 */
export function parseExpression(text: string, { names, given = {} }: ParseOptions): Expression {
  if (text.length > MOST_CHARACTERS) {
    throw new ExpressionError(`formula too long: ${text.length} characters; use at most ${MOST_CHARACTERS}`);
  }
  const known = new Map<string, Expression>(names.map((key) => [key, name(key)]));
  for (const [key, value] of Object.entries({ ...given, pi: given.pi ?? Math.PI })) {
    if (!known.has(key)) known.set(key, typeof value === 'number' ? number(value) : value);
  }
  const expression = new Reader(text, known).whole();
  const depth = fold<number>(expression, { number: () => 0, name: () => 0, call: (_, args) => 1 + Math.max(...args) });
  if (depth > MOST_DEPTH) {
    throw new ExpressionError(`formula too deep: ${depth} operations on top of each other; use at most ${MOST_DEPTH}`);
  }
  return expression;
}

/** Recursive descent: one method per level of binding. */
class Reader {
  readonly #tokens: readonly Token[];
  readonly #known: ReadonlyMap<string, Expression>;
  #at = 0;
  #nesting = 0;

  constructor(text: string, known: ReadonlyMap<string, Expression>) {
    this.#tokens = tokensOf(text);
    this.#known = known;
  }

  whole(): Expression {
    const expression = this.#sum();
    const rest = this.#peek();
    if (Object.hasOwn(comparisons, rest.text)) {
      throw this.#error(
        `comparison outside if at column ${rest.column}: ${quote(rest.text)}; write if(a > b, u, v)`,
        rest,
      );
    }
    if (rest.kind !== 'end') throw this.#unexpected(rest, 'use an operator, or take it out');
    return expression;
  }

  #sum(): Expression {
    let left = this.#product();
    for (;;) {
      if (this.#skip('+')) left = call('add', left, this.#product());
      else if (this.#skip('-')) left = call('subtract', left, this.#product());
      else return left;
    }
  }

  #product(): Expression {
    let left = this.#negated();
    for (;;) {
      if (this.#skip('*')) left = call('multiply', left, this.#negated());
      else if (this.#skip('/')) left = call('divide', left, this.#negated());
      else return left;
    }
  }

  #negated(): Expression {
    return this.#skip('-') ? this.#inside(() => call('negate', this.#negated())) : this.#power();
  }

  /** Binds tighter than a minus before it, and looser than one in the exponent. */
  #power(): Expression {
    const base = this.#atom();
    if (!this.#skip('^')) return base;
    const token = this.#peek();
    const exponent = simplified(this.#inside(() => this.#negated()));
    if (exponent.op !== 'number') {
      throw this.#error(
        `exponent not constant at column ${token.column}: ${quote(token.text)}; use a number, or exp(b * log(a))`,
        token,
      );
    }
    return call('power', base, exponent);
  }

  #atom(): Expression {
    const token = this.#peek();
    this.#at++;
    if (token.kind === 'number') return this.#number(token);
    if (token.kind === 'name') {
      if (this.#skip('(')) return this.#inside(() => (token.text === 'if' ? this.#choice() : this.#call(token)));
      const found = this.#known.get(token.text);
      if (found) return found;
      const known = [...this.#known.keys()].join(', ');
      throw this.#error(`unknown name at column ${token.column}: ${quote(token.text)}; known: ${known}`, token);
    }
    if (token.text !== '(') throw this.#unexpected(token, 'use a number, a name or a parenthesis there');
    const inner = this.#inside(() => this.#sum());
    this.#expect(')');
    return inner;
  }

  #number(token: Token): Expression {
    const value = Number(token.text);
    if (Number.isFinite(Math.fround(value))) return number(value);
    throw this.#error(`number too large at column ${token.column}: ${quote(token.text)}; use less than 3.4e38`, token);
  }

  #choice(): Expression {
    const left = this.#sum();
    const token = this.#peek();
    const compare = Object.hasOwn(comparisons, token.text) ? comparisons[token.text]! : undefined;
    if (!compare) throw this.#unexpected(token, 'use a comparison there, as in if(a > b, u, v)');
    this.#at++;
    const right = this.#sum();
    this.#expect(',');
    const [then, otherwise] = [this.#sum(), (this.#expect(','), this.#sum())];
    this.#expect(')');
    return compare(left, right, then, otherwise);
  }

  #call(token: Token): Expression {
    const op = functions.find((known) => known === token.text);
    if (!op) {
      throw this.#error(
        `unknown function at column ${token.column}: ${quote(token.text)}; known: ${functions.join(', ')}, if`,
        token,
      );
    }
    const args = [this.#sum()];
    while (this.#skip(',')) args.push(this.#sum());
    this.#expect(')');
    const isChain = chains.includes(op);
    if (isChain ? args.length < 2 : args.length !== arity(op)) {
      const wanted = isChain ? '2 or more' : arity(op);
      throw this.#error(
        `wrong number of operands at column ${token.column}: ${op} has ${args.length}; give it ${wanted}`,
        token,
      );
    }
    return isChain ? args.reduce((left, right) => call(op, left, right)) : call(op, ...args);
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #skip(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'sign' || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw this.#unexpected(this.#peek(), `use ${quote(text)} there`);
  }

  #inside(read: () => Expression): Expression {
    const token = this.#peek();
    if (++this.#nesting > MOST_NESTING) {
      throw this.#error(
        `formula nested too deep at column ${token.column}: ${quote(token.text)}; use at most ${MOST_NESTING} levels`,
        token,
      );
    }
    const expression = read();
    this.#nesting--;
    return expression;
  }

  #unexpected({ kind, text, column }: Token, wayOut: string): ExpressionError {
    const what = kind === 'end' ? 'formula ends too early' : 'unexpected part';
    const shown = kind === 'end' ? 'nothing follows' : quote(text);
    return new ExpressionError(`${what} at column ${column}: ${shown}; ${wayOut}`, column);
  }

  #error(message: string, { column }: Token): ExpressionError {
    return new ExpressionError(message, column);
  }
}
