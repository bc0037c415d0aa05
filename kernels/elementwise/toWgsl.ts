import { expanded, type CoreOperation } from './expand.ts';
import { fold, type Expression } from './expression.ts';
import { ExpressionError, quote } from './expressionError.ts';
import { DistinctList } from './lowered.ts';
import { wgslNumber } from './wgslFunctions.ts';

export interface Wgsl {
  /** `let` statements; their names begin with `nl_`. They need {@link wgslFunctions} in the shader. */
  readonly statements: string;
  /** For every expression, what its value is called. */
  readonly results: readonly string[];
}

type Form = (a: string, b: string, u: string, v: string) => string;

/** What each operation is in WGSL. */
const forms: Readonly<Record<CoreOperation, Form>> = {
  add: (a, b) => `${a} + ${b}`,
  subtract: (a, b) => `${a} - ${b}`,
  multiply: (a, b) => `${a} * ${b}`,
  divide: (a, b) => `${a} / ${b}`,
  negate: (a) => `-${a}`,
  power: (a, n) => `nl_power(${a}, ${n})`,
  min: (a, b) => `min(${a}, ${b})`,
  max: (a, b) => `max(${a}, ${b})`,
  abs: (a) => `abs(${a})`,
  exp: (a) => `nl_exp(${a})`,
  expm1: (a) => `nl_expm1(${a})`,
  log: (a) => `nl_log(${a})`,
  log1p: (a) => `nl_log1p(${a})`,
  sqrt: (a) => `sqrt(${a})`,
  sin: (a) => `nl_wave(${a}, 0)`,
  cos: (a) => `nl_wave(${a}, 1)`,
  tanh: (a) => `nl_tanh(${a})`,
  erf: (a) => `nl_erf(${a})`,
  ifLess: (a, b, u, v) => `select(${v}, ${u}, ${a} < ${b})`,
  ifLessEqual: (a, b, u, v) => `select(${v}, ${u}, ${a} <= ${b})`,
  ifEqual: (a, b, u, v) => `select(${v}, ${u}, ${a} == ${b})`,
};

/**
 * Expressions as WGSL, every operation once. `inputs` says what stands for each name, a variable or a buffer's element: the
 * names themselves come from outside and never reach the shader.
 */
export function toWgsl(expressions: readonly Expression[], inputs: Readonly<Record<string, string>>): Wgsl {
  const list = new DistinctList<string>();
  const known = new Map<Expression, string>();
  const make = {
    number: wgslNumber,
    name: (key: string) => {
      if (Object.hasOwn(inputs, key)) return inputs[key]!;
      throw new ExpressionError(`no value for: ${quote(key)}; given: ${Object.keys(inputs).join(', ')}`);
    },
    call: (op: string, args: readonly string[]) => {
      // Casts: `expanded` leaves core operations alone; those with fewer operands leave the rest alone.
      const text = forms[op as CoreOperation](...(args as [string, string, string, string]));
      return `nl_${list.add(text, text)}`;
    },
  };
  const results = expressions.map((expression) => fold<string>(expanded(expression), make, known));
  return { statements: list.entries.map((text, i) => `let nl_${i} = ${text};`).join('\n'), results };
}
