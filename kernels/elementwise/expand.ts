import { call, fold, name, number, type Expression, type Operation } from './expression.ts';
import { build, simplified } from './simplify.ts';

/** What the array compilers know; the other operations are made of these. */
export type CoreOperation = Exclude<Operation, 'sigmoid' | 'softplus' | 'square' | 'relu' | 'sign'>;

const [zero, one] = [number(0), number(1)];

/** e^(−|x|), which a function and its derivatives share. */
const decay = (x: Expression) => build('exp', build('negate', build('abs', x)));

/** x · x · … · x by squaring, for whole exponents from 1. */
function timesItself(x: Expression, n: number): Expression {
  if (n === 1) return x;
  const root = timesItself(x, Math.floor(n / 2));
  const even = call('multiply', root, root);
  return n % 2 === 0 ? even : call('multiply', x, even);
}

/** Exponents that are multiplied out. */
const MOST_FACTORS = 32;

function power(x: Expression, exponent: Expression): Expression {
  const n = (exponent as { value: number }).value;
  const size = Math.abs(n);
  if (size > MOST_FACTORS || !Number.isInteger(2 * n)) return call('power', x, exponent);
  const whole = size >= 1 ? timesItself(x, Math.floor(size)) : one;
  const product = Number.isInteger(n) ? whole : build('multiply', whole, build('sqrt', x));
  return n < 0 ? call('divide', one, product) : product;
}

const expansions: Partial<Record<Operation, (...args: [Expression, Expression]) => Expression>> = {
  square: (x) => call('multiply', x, x),
  relu: (x) => call('max', x, zero),
  sign: (x) => call('ifLess', zero, x, one, call('ifLess', x, zero, number(-1), x)),
  sigmoid: (x) => {
    const e = decay(x);
    const share = build('divide', one, build('add', one, e));
    return build('ifLess', x, zero, build('multiply', e, share), share);
  },
  softplus: (x) => build('add', build('max', x, zero), build('log1p', decay(x))),
  power,
};

/** The expression with its powers multiplied out, where they are short. */
export function expandedPowers(expression: Expression): Expression {
  const make = (op: Operation, args: readonly Expression[]) =>
    op === 'power' ? power(args[0]!, args[1]!) : call(op, ...args);
  return fold<Expression>(simplified(expression), { number, name, call: make });
}

/** The expression in core operations alone, never overflowing where its value does not. */
export function expanded(expression: Expression, known = new Map<Expression, Expression>()): Expression {
  return fold<Expression>(
    simplified(expression),
    { number, name, call: (op, args) => expansions[op]?.(...(args as [Expression, Expression])) ?? call(op, ...args) },
    known,
  );
}
