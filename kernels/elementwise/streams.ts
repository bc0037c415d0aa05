import { namesIn, type Expression } from './expression.ts';
import { ExpressionError, quote } from './expressionError.ts';
import { parseExpression } from './parseExpression.ts';
import { simplified } from './simplify.ts';

/**
 * How many numbers an array holds when a program runs on rows × channels. 'element': rows · channels; 'group': k neighbours
 * for each of those, side by side; 'channel': one per channel; 'scalar': one.
 */
export interface StreamInput {
  readonly name: string;
  readonly kind: 'element' | 'group' | 'channel' | 'scalar';
  /** For groups: what expressions call the neighbours. The others go by the name of the stream. */
  readonly parts?: readonly string[];
}

/**
 * Element and group outputs are overwritten and may be the memory of an input of the same kind. To the sums, Σ over the
 * rows ('channelSum', one number per channel) or over everything ('scalarSum'), is added.
 */
export interface StreamOutput<E = Expression> {
  readonly name: string;
  readonly kind: 'element' | 'group' | 'channelSum' | 'scalarSum';
  /** One; for groups one per neighbour. */
  readonly values: readonly E[];
}

/** The same expressions at every place of arrays of rows × channels. Compilers take the arrays in this order. */
export interface StreamProgram {
  readonly inputs: readonly StreamInput[];
  readonly outputs: readonly StreamOutput[];
}

export interface StreamDeclaration {
  readonly inputs: readonly StreamInput[];
  /** Names for parts of the formulas; later ones may use earlier ones. */
  readonly lets?: Readonly<Record<string, string | number | Expression>>;
  readonly outputs: readonly StreamOutput<string | Expression>[];
}

/** What expressions call the numbers of an input. */
export const partsOf = ({ name, parts }: StreamInput): readonly string[] => parts ?? [name];

/** Reads formulas in order; each may use the ones before it. */
export function readLets(
  lets: Readonly<Record<string, string | number | Expression>>,
  names: readonly string[],
): Record<string, number | Expression> {
  const given: Record<string, number | Expression> = {};
  for (const [key, value] of Object.entries(lets)) {
    given[key] = typeof value === 'string' ? parseExpression(value, { names, given }) : value;
  }
  return given;
}

/** Reads the formulas of a program and checks that its parts belong together. */
export function streams({ inputs, lets = {}, outputs }: StreamDeclaration): StreamProgram {
  const names = inputs.flatMap(partsOf);
  checkDistinct([...names, ...Object.keys(lets)]);
  const given = readLets(lets, names);
  const known = new Map<Expression, Expression>();
  const read = (value: string | Expression) =>
    simplified(typeof value === 'string' ? parseExpression(value, { names, given }) : value, known);
  return checked({ inputs, outputs: outputs.map((output) => ({ ...output, values: output.values.map(read) })) });
}

export function checkDistinct(names: readonly string[]): void {
  // Names become keys of records, where every object has some already.
  const twice = names.find((name, i) => names.indexOf(name) !== i || name in Object.prototype);
  if (twice !== undefined) throw new ExpressionError(`name is taken: ${quote(twice)}; use each name once`);
}

function checked(program: StreamProgram): StreamProgram {
  for (const { name, kind, parts } of program.inputs) {
    if (parts && kind !== 'group')
      throw new ExpressionError(`parts of no group: ${quote(name)} is ${kind}; leave them out`);
  }
  for (const { name, kind, values } of program.outputs) {
    if (kind === 'group' ? values.length === 0 : values.length !== 1) {
      throw new ExpressionError(
        `wrong number of values: ${quote(name)} has ${values.length}; give one per number written`,
      );
    }
  }
  const names = program.inputs.flatMap(partsOf);
  const missing = namesIn(...program.outputs.flatMap(({ values }) => values)).find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw new ExpressionError(`unknown name: ${quote(missing)}; known: ${names.join(', ')}`);
  }
  return program;
}
