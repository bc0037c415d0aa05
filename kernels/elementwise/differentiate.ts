import { number, type Expression, type Operation } from './expression.ts';
import { build, simplified } from './simplify.ts';

type Partials = (args: readonly Expression[], y: Expression) => readonly Expression[];

const [zero, one] = [number(0), number(1)];

const choice =
  (op: Operation): Partials =>
  ([a, b]) => [zero, zero, build(op, a!, b!, one, zero), build(op, a!, b!, zero, one)];

/**
 * The derivative of each operation by its operands. `y` is the operation itself, so that what it has computed is used again.
 * Where a textbook form loses digits in float32, the one that keeps them stands here: σ' = σ(x) σ(−x), not y (1 − y).
 */
const partials: Readonly<Record<Operation, Partials>> = {
  add: () => [one, one],
  subtract: () => [one, number(-1)],
  multiply: ([a, b]) => [b!, a!],
  divide: ([, b], y) => [build('divide', one, b!), build('negate', build('divide', y, b!))],
  negate: () => [number(-1)],
  // The exponent is a number.
  power: ([a, n]) => [build('multiply', n!, build('power', a!, build('subtract', n!, one))), zero],
  min: ([a, b]) => [build('ifLessEqual', a!, b!, one, zero), build('ifLessEqual', a!, b!, zero, one)],
  max: ([a, b]) => [build('ifLessEqual', b!, a!, one, zero), build('ifLessEqual', b!, a!, zero, one)],
  abs: ([a]) => [build('ifLess', zero, a!, one, number(-1))],
  sign: () => [zero],
  relu: ([a]) => [build('ifLess', zero, a!, one, zero)],
  exp: (_, y) => [y],
  expm1: ([a]) => [build('exp', a!)],
  log: ([a]) => [build('divide', one, a!)],
  log1p: ([a]) => [build('divide', one, build('add', one, a!))],
  sqrt: (_, y) => [build('divide', number(0.5), y)],
  square: ([a]) => [build('multiply', number(2), a!)],
  sin: ([a]) => [build('cos', a!)],
  cos: ([a]) => [build('negate', build('sin', a!))],
  tanh: (_, y) => [build('subtract', one, build('square', y))],
  sigmoid: ([a], y) => [build('multiply', y, build('sigmoid', build('negate', a!)))],
  softplus: ([a]) => [build('sigmoid', a!)],
  erf: ([a]) => [build('multiply', number(2 / Math.sqrt(Math.PI)), build('exp', build('negate', build('square', a!))))],
  ifLess: choice('ifLess'),
  ifLessEqual: choice('ifLessEqual'),
  ifEqual: choice('ifEqual'),
};

/**
 * The derivative of an expression by one of its names, simplified. It grows in proportion to the expression and shares its
 * parts; it can be differentiated again.
 */
export function differentiate(expression: Expression, by: string): Expression {
  const known = new Map<Expression, Expression>();
  const slope = (e: Expression): Expression => {
    if (e.op === 'number') return zero;
    if (e.op === 'name') return e.name === by ? one : zero;
    const found = known.get(e);
    if (found) return found;
    const inner = e.args.map(slope);
    const outer = partials[e.op](e.args, e);
    const terms = inner.map((d, i) => build('multiply', d, outer[i]!));
    const sum = terms.reduce((total, term) => build('add', total, term));
    known.set(e, sum);
    return sum;
  };
  return slope(simplified(expression));
}
