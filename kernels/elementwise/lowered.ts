import { fold, type Expression } from './expression.ts';
import { expanded, type CoreOperation } from './expand.ts';
import { partsOf, type StreamProgram } from './streams.ts';

/** How often a value changes: never, once per channel, at every element. */
export type Level = 'call' | 'channel' | 'element';

/** One value of a program: a number, one number of an input, or an operation on values before it. */
export type Value = { readonly level: Level } & (
  | { readonly op: 'number'; readonly value: number }
  | { readonly op: 'load'; readonly input: number; readonly part: number }
  | { readonly op: CoreOperation; readonly args: readonly number[] }
);

/** A program as a list of values in order; the same operation on the same values stands there once. */
export interface LoweredProgram {
  readonly values: readonly Value[];
  /** For every output, which values it gets. */
  readonly outputs: readonly (readonly number[])[];
}

/** How often the numbers of an input change. */
export const inputLevel = { scalar: 'call', channel: 'channel', element: 'element', group: 'element' } as const;

/** The highest of the levels. */
export function highest(levels: readonly Level[]): Level {
  if (levels.includes('element')) return 'element';
  return levels.includes('channel') ? 'channel' : 'call';
}

/** A list in which equal entries, by key, stand once; `add` gives the place. */
export class DistinctList<T> {
  readonly entries: T[] = [];
  readonly #known = new Map<string, number>();

  find(key: string): number | undefined {
    return this.#known.get(key);
  }

  add(key: string, entry: T): number {
    const found = this.find(key);
    if (found !== undefined) return found;
    this.#known.set(key, this.entries.length);
    return this.entries.push(entry) - 1;
  }
}

export function lower({ inputs, outputs }: StreamProgram): LoweredProgram {
  const list = new DistinctList<Value>();
  const places = new Map<string, { input: number; part: number; level: Level }>();
  inputs.forEach((stream, input) =>
    partsOf(stream).forEach((name, part) => places.set(name, { input, part, level: inputLevel[stream.kind] })),
  );
  const [expansions, known] = [new Map<Expression, Expression>(), new Map<Expression, number>()];
  const valueOf = (expression: Expression): number =>
    fold<number>(
      expanded(expression, expansions),
      {
        number: (value) =>
          list.add(`number ${Object.is(value, -0) ? '-0' : value}`, { op: 'number', value, level: 'call' }),
        // Programs are checked when they are made: every name is a part of an input.
        name: (name) => list.add(`load ${name}`, { op: 'load', ...places.get(name)! }),
        call: (op, args) => {
          const level = highest(args.map((arg) => list.entries[arg]!.level));
          // Cast: `expanded` leaves core operations alone.
          return list.add(`${op} ${args}`, { op: op as CoreOperation, args, level });
        },
      },
      known,
    );
  return { outputs: outputs.map(({ values }) => values.map(valueOf)), values: list.entries };
}
