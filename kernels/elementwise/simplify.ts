import { call, fold, name, number, type CallExpression, type Expression, type Operation } from './expression.ts';
import { scalars } from './scalars.ts';

type Rewritten = Expression | undefined;

const valueOf = (e: Expression): number | undefined => (e.op === 'number' ? (e as { value: number }).value : undefined);

/** The operands of a call of this operation. */
function operandsOf(e: Expression, op: Operation): readonly [Expression, Expression] | undefined {
  // Cast: callers know how many operands their operation has.
  return e.op === op ? ((e as CallExpression).args as unknown as [Expression, Expression]) : undefined;
}

/** What a minus stands in front of. */
function negated(e: Expression): Rewritten {
  const value = valueOf(e);
  return value !== undefined && value < 0 ? number(-value) : operandsOf(e, 'negate')?.[0];
}

/** The number in front of a product, and the rest. */
function scaled(e: Expression): { factor: number; rest: Expression } | undefined {
  const [front, rest] = operandsOf(e, 'multiply') ?? [];
  const factor = front && valueOf(front);
  return factor === undefined ? undefined : { factor, rest: rest! };
}

/** A number divided by something. */
function share(e: Expression): { top: number; bottom: Expression } | undefined {
  const [above, bottom] = operandsOf(e, 'divide') ?? [];
  const top = above && valueOf(above);
  return top === undefined ? undefined : { top, bottom: bottom! };
}

/** Surely the same value; of two calls only those that are one part of the expression. */
function isSame(a: Expression, b: Expression): boolean {
  if (a.op === 'number' && b.op === 'number') return Object.is(valueOf(a), valueOf(b));
  if (a.op === 'name' && b.op === 'name') return (a as { name: string }).name === (b as { name: string }).name;
  return a === b;
}

interface Choice {
  readonly op: Operation;
  readonly args: readonly [Expression, Expression, Expression, Expression];
}

/** An if; its last two operands are what it chooses between. */
function choiceOf(e: Expression): Choice | undefined {
  // Cast: these three operations have four operands.
  return e.op === 'ifLess' || e.op === 'ifLessEqual' || e.op === 'ifEqual' ? (e as unknown as Choice) : undefined;
}

const choose = ({ op, args: [a, b] }: Choice, u: Expression, v: Expression) => build(op, a, b, u, v);

function add(a: Expression, b: Expression): Rewritten {
  if (valueOf(a) === 0) return b;
  if (valueOf(b) === 0) return a;
  const [minusA, minusB] = [negated(a), negated(b)];
  if (minusB) return build('subtract', a, minusB);
  if (minusA) return build('subtract', b, minusA);
  const product = scaled(b);
  if (product && product.factor < 0) {
    return build('subtract', a, build('multiply', number(-product.factor), product.rest));
  }
  const [p, q] = [choiceOf(a), choiceOf(b)];
  const asksTheSame = p && q && p.op === q.op && isSame(p.args[0], q.args[0]) && isSame(p.args[1], q.args[1]);
  return asksTheSame ? choose(p, build('add', p.args[2], q.args[2]), build('add', p.args[3], q.args[3])) : undefined;
}

function subtract(a: Expression, b: Expression): Rewritten {
  if (valueOf(b) === 0) return a;
  if (valueOf(a) === 0) return build('negate', b);
  const minusB = negated(b);
  return minusB && build('add', a, minusB);
}

/** A number that float32 holds without making it zero or infinite. */
const isOrdinary = (value: number) => value === 0 || (Math.abs(value) > 1e-37 && Math.abs(value) < 1e38);

/** A number times anything. */
function scale(factor: number, e: Expression): Rewritten {
  if (factor === 0) return number(0);
  if (factor === 1) return e;
  if (factor === -1) return build('negate', e);
  const minus = negated(e);
  if (minus) return build('multiply', number(-factor), minus);
  const product = scaled(e);
  if (product && isOrdinary(factor * product.factor)) {
    return build('multiply', number(factor * product.factor), product.rest);
  }
  const ratio = share(e);
  return ratio && isOrdinary(factor * ratio.top)
    ? build('divide', number(factor * ratio.top), ratio.bottom)
    : undefined;
}

/** What is left out by a choice is left out, and not computed into 0 · ∞. */
function multiplyChoice(a: Expression, b: Expression): Rewritten {
  const choice = choiceOf(a);
  return choice?.args.slice(2).some((e) => valueOf(e) === 0)
    ? choose(choice, build('multiply', choice.args[2], b), build('multiply', choice.args[3], b))
    : undefined;
}

/** Signs and numbers to the front. */
function multiplyParts(a: Expression, b: Expression): Rewritten {
  const minus = negated(a);
  if (minus) return build('negate', build('multiply', minus, b));
  const product = scaled(a);
  if (product) return build('multiply', number(product.factor), build('multiply', product.rest, b));
  const ratio = share(a);
  return ratio && build('divide', build('multiply', number(ratio.top), b), ratio.bottom);
}

function multiply(a: Expression, b: Expression): Rewritten {
  const [x, y] = [valueOf(a), valueOf(b)];
  if (x !== undefined) return scale(x, b);
  if (y !== undefined) return scale(y, a) ?? call('multiply', b, a);
  const found = multiplyChoice(a, b) ?? multiplyChoice(b, a) ?? multiplyParts(a, b) ?? multiplyParts(b, a);
  return found ?? (isSame(a, b) ? build('square', a) : undefined);
}

function divide(a: Expression, b: Expression): Rewritten {
  if (valueOf(a) === 0) return number(0);
  const by = valueOf(b);
  if (by === 1) return a;
  // Exact for powers of two only.
  if (by && Math.fround(1 / by) * by === 1) return build('multiply', number(1 / by), a);
  const minus = negated(a);
  return minus && build('negate', build('divide', minus, b));
}

function negate(a: Expression): Rewritten {
  const difference = operandsOf(a, 'subtract');
  if (difference) return build('subtract', difference[1], difference[0]);
  const product = scaled(a);
  return product ? build('multiply', number(-product.factor), product.rest) : operandsOf(a, 'negate')?.[0];
}

function power(a: Expression, exponent: Expression): Rewritten {
  const n = valueOf(exponent);
  if (n === 0) return number(1);
  if (n === 1) return a;
  if (n === 2) return build('square', a);
  if (n === 0.5) return build('sqrt', a);
  return n === -1 ? build('divide', number(1), a) : undefined;
}

/** Of functions that give the same on both sides of zero. */
const even = (op: Operation) => (a: Expression) => {
  const minus = negated(a);
  return minus && build(op, minus);
};

const choice = (op: Operation) => (a: Expression, b: Expression, u: Expression, v: Expression) => {
  const [x, y] = [valueOf(a), valueOf(b)];
  if (x !== undefined && y !== undefined) return scalars[op](x, y, 1, 0) ? u : v;
  return isSame(u, v) ? u : undefined;
};

type Operands = [Expression, Expression, Expression, Expression];

/** What an operation on these operands is more simply; undefined where it stays. */
const rules: Partial<Record<Operation, (...operands: Operands) => Rewritten>> = {
  add,
  subtract,
  multiply,
  divide,
  negate,
  power,
  abs: even('abs'),
  square: even('square'),
  cos: even('cos'),
  ifLess: choice('ifLess'),
  ifLessEqual: choice('ifLessEqual'),
  ifEqual: choice('ifEqual'),
};

/**
 * The operation in its simplest form: numbers are folded in float64, a number comes first in a product, and 0 · a is 0 even
 * where a is not finite.
 */
export function build(op: Operation, ...args: readonly Expression[]): Expression {
  const values = args.map(valueOf);
  if (values.every((value) => value !== undefined)) {
    const value = scalars[op](...values);
    if (Number.isFinite(value)) return number(value);
  }
  // Cast: rules with fewer operands leave the rest alone.
  return rules[op]?.(...(args as Operands)) ?? call(op, ...args);
}

/** The whole expression in its simplest form. */
export function simplified(expression: Expression, known = new Map<Expression, Expression>()): Expression {
  return fold<Expression>(expression, { number, name, call: (op, args) => build(op, ...args) }, known);
}
