import { differentiate } from './differentiate.ts';
import { name, namesIn, type Expression } from './expression.ts';
import { ExpressionError, quote } from './expressionError.ts';
import { parseExpression } from './parseExpression.ts';
import { build, simplified } from './simplify.ts';
import {
  checkDistinct,
  readLets,
  streams,
  type StreamInput,
  type StreamOutput,
  type StreamProgram,
} from './streams.ts';

export interface ElementwiseDefinition {
  /** What the formula calls the numbers it reads: one, `x`, or the neighbouring channels of a gate. */
  readonly inputs?: readonly string[];
  /** Shape parameters and settings. */
  readonly params?: readonly string[];
  /** Names for parts of the formulas; later ones may use earlier ones. */
  readonly lets?: Readonly<Record<string, string | number>>;
  readonly value: string;
  /**
   * By input or parameter, in the place of the symbolic derivative where that one loses digits in float32 or costs more. May
   * read the function's value as `y`.
   */
  readonly derivatives?: Readonly<Record<string, string>>;
}

/** An elementwise function and its derivatives, which may read its value as `y`. */
export interface Elementwise {
  readonly inputs: readonly string[];
  readonly params: readonly string[];
  readonly value: Expression;
  /** By every input and parameter. */
  readonly derivatives: Readonly<Record<string, Expression>>;
}

/** Names of arrays in the programs; no input or parameter can have them. */
const RESERVED = ['y', 'dy'];

/** Reads the definition of an elementwise function; its derivatives follow from its value. */
export function elementwise(definition: ElementwiseDefinition): Elementwise {
  const { inputs = ['x'], params = [], lets = {}, value: text, derivatives: own = {} } = definition;
  const names = [...inputs, ...params];
  checkDistinct([...RESERVED, ...names, ...Object.keys(lets)]);
  const stray = Object.keys(own).find((key) => !names.includes(key));
  if (stray !== undefined)
    throw new ExpressionError(`derivative by no input: ${quote(stray)}; known: ${names.join(', ')}`);
  const given = readLets(lets, names);
  const value = parseExpression(text, { names, given });
  const derivative = (by: string) =>
    !Object.hasOwn(own, by)
      ? differentiate(value, by)
      : simplified(parseExpression(own[by]!, { names: [...names, 'y'], given }));
  return { inputs, params, value, derivatives: Object.fromEntries(names.map((by) => [by, derivative(by)])) };
}

/** Whether a parameter has one number, or one per channel. */
export type ParamKinds = Readonly<Record<string, 'scalar' | 'channel'>>;

function inputStream({ inputs }: Elementwise): StreamInput {
  return inputs.length === 1 ? { name: inputs[0]!, kind: 'element' } : { name: 'x', kind: 'group', parts: inputs };
}

function paramStreams({ params }: Elementwise, kinds: ParamKinds): StreamInput[] {
  return params.map((param) => ({ name: param, kind: kinds[param] ?? 'scalar' }));
}

/** Reads the input (`x`, or by its own name) and the parameters; writes `y`. Parameters are scalars if nothing else is said. */
export function forwardProgram(fn: Elementwise, kinds: ParamKinds = {}): StreamProgram {
  return streams({
    inputs: [inputStream(fn), ...paramStreams(fn, kinds)],
    outputs: [{ name: 'y', kind: 'element', values: [fn.value] }],
  });
}

export interface BackwardOptions {
  readonly kinds?: ParamKinds;
  /** Whether the gradient of the input is wanted; true by default. */
  readonly toInput?: boolean;
  /** Parameters whose gradients are wanted; none by default. */
  readonly trained?: readonly string[];
}

/**
 * Reads as much of the input, `y`, `dy` and the parameters as the derivatives need (`dy` always), in this order; writes `dx`
 * and adds to the gradients of the trained parameters, `d` and their name.
 */
export function backwardProgram(
  fn: Elementwise,
  { kinds = {}, toInput = true, trained = [] }: BackwardOptions = {},
): StreamProgram {
  const dy = name('dy');
  const slope = (by: string) => build('multiply', dy, fn.derivatives[by]!);
  const outputs: StreamOutput[] = trained.map((param) => ({
    name: `d${param}`,
    kind: kinds[param] === 'channel' ? 'channelSum' : 'scalarSum',
    values: [slope(param)],
  }));
  if (toInput) {
    outputs.unshift({ name: 'dx', kind: fn.inputs.length === 1 ? 'element' : 'group', values: fn.inputs.map(slope) });
  }
  const needed = new Set(namesIn(...outputs.flatMap(({ values }) => values)));
  const candidates: StreamInput[] = [
    inputStream(fn),
    { name: 'y', kind: 'element' },
    { name: 'dy', kind: 'element' },
    ...paramStreams(fn, kinds),
  ];
  const isRead = ({ name: own, parts = [own] }: StreamInput) => own === 'dy' || parts.some((part) => needed.has(part));
  return streams({ inputs: candidates.filter(isRead), outputs });
}
