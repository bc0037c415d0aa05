import { fold, type Expression } from './expression.ts';
import { ExpressionError, quote } from './expressionError.ts';
import { scalars } from './scalars.ts';

/** The value of an expression in float64, one number per name: slow, obvious, and what the compilers are tested against. */
export function evaluateExpression(expression: Expression, given: Readonly<Record<string, number>>): number {
  return fold<number>(expression, {
    number: (value) => value,
    name: (key) => {
      if (Object.hasOwn(given, key)) return given[key]!;
      throw new ExpressionError(`no value for: ${quote(key)}; given: ${Object.keys(given).join(', ')}`);
    },
    call: (op, args) => scalars[op](...args),
  });
}
