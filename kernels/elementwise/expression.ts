/*
 * Elementwise functions, written once:
 *
 *   text -> parseExpression -> Expression -> differentiate -> Expression
 *   Expression    -> evaluateExpression  float64, one number at a time: what the others are tested against
 *                 -> applyTensors        tfjs, with these derivatives on the tape
 *                 -> toWgsl, toTex       text
 *   StreamProgram -> compileStreams      typed arrays, block by block
 *                 -> emitStreams         the bytes of a WebAssembly module
 *
 * A StreamProgram is expressions over arrays (streams.ts); elementwise.ts makes them of activations, updates.ts of
 * optimizers.
 *
 * An expression is plain data. Its parts may be shared: a derivative holds the parts of the value it comes from, and every
 * compiler computes the same operation on the same operands once. Nothing here turns text into JavaScript.
 *
 * Kinks, in one place: max and min go to the first operand on a tie, and so does their derivative; relu'(0) = 0,
 * abs'(0) = -1, sign' = 0 (the left branch).
 */

/** scalars.ts says what each one computes, differentiate.ts its derivatives. */
export type Operation =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'negate'
  | 'power'
  | 'min'
  | 'max'
  | 'abs'
  | 'sign'
  | 'relu'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'square'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'erf'
  | 'ifLess'
  | 'ifLessEqual'
  | 'ifEqual';

export interface NumberExpression {
  readonly op: 'number';
  readonly value: number;
}

export interface NameExpression {
  readonly op: 'name';
  readonly name: string;
}

export interface CallExpression {
  readonly op: Operation;
  readonly args: readonly Expression[];
}

export type Expression = NumberExpression | NameExpression | CallExpression;

export const number = (value: number): NumberExpression => ({ op: 'number', value });

export const name = (text: string): NameExpression => ({ op: 'name', name: text });

/** The operation as it stands; {@link simplified} also folds numbers and leaves out what does nothing. */
export const call = (op: Operation, ...args: readonly Expression[]): CallExpression => ({ op, args });

/** What to make of each kind of expression. */
export interface Fold<T> {
  number(value: number): T;
  name(name: string): T;
  call(op: Operation, args: readonly T[], expression: CallExpression): T;
}

/** Works from the leaves up, once per part, however often the part is used. */
export function fold<T>(expression: Expression, make: Fold<T>, known = new Map<Expression, T>()): T {
  const visit = (part: Expression): T => {
    if (part.op === 'number') return make.number(part.value);
    if (part.op === 'name') return make.name(part.name);
    if (!known.has(part)) known.set(part, make.call(part.op, part.args.map(visit), part));
    return known.get(part)!;
  };
  return visit(expression);
}

/** The names an expression reads, in the order in which they first appear. */
export function namesIn(...expressions: readonly Expression[]): string[] {
  const found = new Set<string>();
  const known = new Map<Expression, void>();
  const nothing = () => {};
  for (const expression of expressions) {
    fold<void>(expression, { number: nothing, name: (text) => void found.add(text), call: nothing }, known);
  }
  return [...found];
}
