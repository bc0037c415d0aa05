import { expanded, type CoreOperation } from './expand.ts';
import { fold, type Expression } from './expression.ts';
import { ExpressionError, quote } from './expressionError.ts';
import { DistinctList } from './lowered.ts';
import { wgslForms, wgslHelpers, wgslNumber } from './wgslForms.ts';

export interface Wgsl {
  /** `let` statements on type `V`, every operation once; their names begin with `part`. */
  readonly statements: string;
  /** For every expression, what its value is called. */
  readonly results: readonly string[];
  /** The functions that the statements call. */
  readonly helpers: string;
}

/**
 * Expressions as WGSL. `inputs` says what stands for each name, a variable or a vector of a buffer: the names themselves come
 * from outside and never reach the shader. The shader declares the types `V`, f32 or a vector of it, and `W`, the same of i32.
 */
export function toWgsl(expressions: readonly Expression[], inputs: Readonly<Record<string, string>>): Wgsl {
  const list = new DistinctList<string>();
  const [expansions, known] = [new Map<Expression, Expression>(), new Map<Expression, string>()];
  const make = {
    number: (value: number) => `V(${wgslNumber(value)})`,
    name: (key: string) => {
      if (Object.hasOwn(inputs, key)) return inputs[key]!;
      throw new ExpressionError(`no value for: ${quote(key)}; given: ${Object.keys(inputs).join(', ')}`);
    },
    call: (op: string, args: readonly string[]) => {
      // Casts: `expanded` leaves core operations alone; those with fewer operands leave the rest alone.
      const text = wgslForms[op as CoreOperation](...(args as [string, string, string, string]));
      return `part${list.add(text, text)}`;
    },
  };
  const results = expressions.map((expression) => fold<string>(expanded(expression, expansions), make, known));
  const statements = list.entries.map((text, i) => `let part${i} = ${text};`).join('\n');
  return { statements, results, helpers: wgslHelpers(statements) };
}
