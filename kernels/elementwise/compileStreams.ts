import type { Numbers } from '../plan/kernel.ts';
import { ExpressionError, quote } from './expressionError.ts';
import { loops, loops32, type Loop } from './loops.ts';
import { lower, type Value } from './lowered.ts';
import { scalars } from './scalars.ts';
import type { StreamInput, StreamOutput, StreamProgram } from './streams.ts';

/** Numbers per block: a dozen blocks of float64 fit in the fastest memory. */
const BLOCK = 256;

/** Runs a program on `rows · channels` places; the arrays are its inputs, then its outputs. */
export type StreamRunner = (arrays: readonly Numbers[], rows: number, channels: number) => void;

interface Instruction {
  readonly exact: Loop;
  readonly fast: Loop;
  readonly y: Float64Array;
  readonly operands: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
}

/** A register and the number of an array it is filled from, or written to. */
interface Transfer {
  readonly array: number;
  readonly part: number;
  readonly parts: number;
  readonly kind: StreamInput['kind'] | StreamOutput['kind'];
  readonly block: Float64Array;
}

/**
 * An interpreter for typed arrays: one loop per operation over blocks that stay in the fastest memory, in float64 inside.
 * On float32 arrays tanh and erf are rational functions (errors in rationals.ts); on float64 all is exact.
 */
export function compileStreams(program: StreamProgram): StreamRunner {
  const { inputs, outputs } = program;
  const lowered = lower(program);
  const { registers, constants } = assignRegisters(lowered.values, lowered.outputs.flat());
  const instructions: Instruction[] = [];
  const loads: Transfer[] = [];
  const settled: { readonly place: number; readonly value: Exclude<Value, { op: 'number' }> }[] = [];
  lowered.values.forEach((value, place) => {
    if (value.op === 'number') return;
    if (value.level === 'call') settled.push({ place, value });
    else if (value.op === 'load') {
      const { kind, parts } = inputs[value.input]!;
      loads.push({ array: value.input, part: value.part, parts: parts?.length ?? 1, kind, block: registers[place]! });
    } else {
      const operandOf = (i: number) => registers[value.args[i] ?? value.args[0]!]!;
      instructions.push({
        exact: loops[value.op],
        fast: loops32[value.op],
        y: registers[place]!,
        operands: [operandOf(0), operandOf(1), operandOf(2), operandOf(3)],
      });
    }
  });
  const stores = lowered.outputs.flatMap((values, o) =>
    values.map((place, part): Transfer => {
      const { kind } = outputs[o]!;
      return { array: inputs.length + o, part, parts: values.length, kind, block: registers[place]! };
    }),
  );
  // Sums are taken in float64 beside the arrays, and added at the end.
  const sums = new Map(
    stores.filter(({ kind }) => kind.endsWith('Sum')).map(({ array }) => [array, new Float64Array(1)]),
  );

  /** What does not change from place to place: once per call, spread over a block. */
  const settle = (arrays: readonly Numbers[], length: number) => {
    const found = [...constants];
    for (const { place, value } of settled) {
      const number =
        value.op === 'load' ? arrays[value.input]![0]! : scalars[value.op](...value.args.map((arg) => found[arg]!));
      found[place] = number;
      registers[place]!.fill(number, 0, length);
    }
  };

  return (arrays, rows, channels) => {
    if (arrays.length !== inputs.length + outputs.length) {
      throw new ExpressionError(
        `wrong number of arrays: ${arrays.length}; give ${[...inputs, ...outputs].map(({ name }) => quote(name)).join(', ')}`,
      );
    }
    const total = rows * channels;
    const isExact = arrays.some((array) => array instanceof Float64Array);
    settle(arrays, Math.min(BLOCK, total));
    for (const { array, kind } of stores) {
      if (kind === 'channelSum' && sums.get(array)!.length !== channels) sums.set(array, new Float64Array(channels));
      sums.get(array)?.fill(0);
    }
    for (let start = 0; start < total; start += BLOCK) {
      const n = Math.min(BLOCK, total - start);
      for (const load of loads) fill(load, arrays[load.array]!, start, n, channels);
      for (const { exact, fast, y, operands } of instructions) {
        (isExact ? exact : fast)(n, y, operands[0], operands[1], operands[2], operands[3]);
      }
      for (const store of stores) write(store, sums.get(store.array) ?? arrays[store.array]!, start, n, channels);
    }
    for (const [array, sum] of sums) sum.forEach((value, i) => (arrays[array]![i]! += value));
  };
}

function fill(
  { kind, part, parts, block }: Transfer,
  array: Numbers,
  start: number,
  n: number,
  channels: number,
): void {
  if (kind === 'element') block.set(array.subarray(start, start + n));
  else if (kind === 'group') for (let i = 0; i < n; i++) block[i] = array[(start + i) * parts + part]!;
  else {
    for (let i = 0, c = start % channels; i < n; i++) {
      block[i] = array[c]!;
      if (++c === channels) c = 0;
    }
  }
}

function write(
  { kind, part, parts, block }: Transfer,
  array: Numbers,
  start: number,
  n: number,
  channels: number,
): void {
  if (kind === 'element') array.set(block.subarray(0, n), start);
  else if (kind === 'group') for (let i = 0; i < n; i++) array[(start + i) * parts + part] = block[i]!;
  else if (kind === 'scalarSum') {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += block[i]!;
    array[0]! += sum;
  } else {
    for (let i = 0, c = start % channels; i < n; i++) {
      array[c]! += block[i]!;
      if (++c === channels) c = 0;
    }
  }
}

const argsOf = (value: Value): readonly number[] => ('args' in value ? value.args : []);

/** A block for every value; blocks whose value is not read any more are used again. */
function assignRegisters(values: readonly Value[], kept: readonly number[]) {
  const lastUse = new Map<number, number>();
  values.forEach((value, place) => argsOf(value).forEach((arg) => lastUse.set(arg, place)));
  for (const place of kept) lastUse.set(place, Infinity);
  const free: Float64Array[] = [];
  const registers: Float64Array[] = [];
  const constants: number[] = [];
  values.forEach((value, place) => {
    // A loop may write where it reads: it reads each number before it writes it.
    const done = argsOf(value).filter((arg) => lastUse.get(arg) === place);
    const mayFree = (arg: number) => values[arg]!.level !== 'call' && values[arg]!.op !== 'load';
    free.push(...new Set(done.filter(mayFree).map((arg) => registers[arg]!)));
    const isSettled = value.level === 'call';
    registers[place] = (isSettled || value.op === 'load' ? undefined : free.pop()) ?? new Float64Array(BLOCK);
    if (value.op === 'number') registers[place].fill((constants[place] = value.value));
  });
  return { registers, constants };
}
