import type { Expression } from './expression.ts';
import { parseExpression } from './parseExpression.ts';
import { checkDistinct, streams, type StreamProgram } from './streams.ts';

export interface UpdateDefinition {
  /** Arrays of one length, such as the weights, their gradients and running averages. */
  readonly arrays: readonly string[];
  /** One number each. */
  readonly scalars: readonly string[];
  /**
   * Assignments in order; each sees what the ones before it assigned. What is no array is a name for a part of a formula.
   */
  readonly assign: readonly (readonly [target: string, formula: string])[];
}

/**
 * A program that changes flat arrays in place, such as an optimizer's step: reads the arrays and scalars in the order given,
 * writes the assigned arrays in the order of `arrays`. Run it on 1 row of as many channels as the arrays are long.
 */
export function updateProgram({ arrays, scalars, assign }: UpdateDefinition): StreamProgram {
  checkDistinct([...arrays, ...scalars]);
  const current = new Map<string, Expression>();
  for (const [target, formula] of assign) {
    const names = [...arrays, ...scalars].filter((name) => !current.has(name));
    current.set(target, parseExpression(formula, { names, given: Object.fromEntries(current) }));
  }
  return streams({
    inputs: [
      ...arrays.map((name) => ({ name, kind: 'element' }) as const),
      ...scalars.map((name) => ({ name, kind: 'scalar' }) as const),
    ],
    outputs: arrays
      .filter((name) => current.has(name))
      .map((name) => ({ name, kind: 'element', values: [current.get(name)!] })),
  });
}
