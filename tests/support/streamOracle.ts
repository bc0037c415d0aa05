import { compileStreams, emitStreams, evaluateExpression, type StreamProgram } from '#kernels';

const partsOf = ({ name, parts }: StreamProgram['inputs'][number]) => parts ?? [name];

/** Numbers of every array of a program, inputs first. */
export function lengthsOf({ inputs, outputs }: StreamProgram, rows: number, channels: number): number[] {
  const length = (kind: string, parts: number) => {
    if (kind === 'element' || kind === 'group') return rows * channels * parts;
    return kind === 'channel' || kind === 'channelSum' ? channels : 1;
  };
  return [
    ...inputs.map((input) => length(input.kind, partsOf(input).length)),
    ...outputs.map(({ kind, values }) => length(kind, values.length)),
  ];
}

/** What a program means: place by place, each expression on the numbers of that place. Gives the outputs. */
export function streamOracle(
  { inputs, outputs }: StreamProgram,
  arrays: readonly Float64Array[],
  rows: number,
  channels: number,
): Float64Array[] {
  const results = outputs.map((_, o) => arrays[inputs.length + o]!.slice());
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) {
      const place = row * channels + channel;
      const given: Record<string, number> = {};
      inputs.forEach((input, i) => {
        const parts = partsOf(input);
        const at = { element: place, group: place * parts.length, channel, scalar: 0 }[input.kind];
        parts.forEach((name, part) => (given[name] = arrays[i]![at + part]!));
      });
      outputs.forEach(({ kind, values }, o) => {
        values.forEach((value, part) => {
          const number = evaluateExpression(value, given);
          if (kind === 'channelSum') results[o]![channel]! += number;
          else if (kind === 'scalarSum') results[o]![0]! += number;
          else results[o]![place * values.length + part] = number;
        });
      });
    }
  }
  return results;
}

/** Runs a program; the outputs may have stood in for inputs, by the places of both. */
export type StreamTier = (
  program: StreamProgram,
  arrays: readonly Float64Array[],
  rows: number,
  channels: number,
  inPlace?: Readonly<Record<number, number>>,
) => Float64Array[];

const typed =
  (make: typeof Float32Array | typeof Float64Array): StreamTier =>
  (program, arrays, rows, channels, inPlace = {}) => {
    const own: (Float32Array | Float64Array)[] = arrays.map((array) => make.from(array));
    for (const [output, input] of Object.entries(inPlace)) own[program.inputs.length + Number(output)] = own[input]!;
    compileStreams(program)(own, rows, channels);
    return own.slice(program.inputs.length).map((array) => Float64Array.from(array));
  };

/** In the memory, before and after every array. */
const GUARD = 12345.5;

const wasm: StreamTier = (program, arrays, rows, channels, inPlace = {}) => {
  const memory = new WebAssembly.Memory({ initial: 64 });
  const module = new WebAssembly.Module(emitStreams([program]));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const floats = new Float32Array(memory.buffer).fill(GUARD);
  let next = 7;
  const places = arrays.map((array) => {
    floats.set(array, next);
    next += array.length + 1;
    return next - array.length - 1;
  });
  for (const [output, input] of Object.entries(inPlace))
    places[program.inputs.length + Number(output)] = places[input]!;
  const run = exports.run0 as (...numbers: number[]) => void;
  run(rows, channels, ...places.map((place) => 4 * place));
  arrays.forEach((array, i) => {
    for (const at of [places[i]! - 1, places[i]! + array.length]) {
      if (floats[at] !== GUARD) throw new Error(`array ${i} was left: ${floats[at]} at ${at - places[i]!}`);
    }
  });
  const results = places.map((place, i) => Float64Array.from(floats.subarray(place, place + arrays[i]!.length)));
  program.inputs.forEach((_, i) => {
    const isKept = !Object.values(inPlace).includes(i);
    if (isKept && results[i]!.some((value, k) => !Object.is(value, Math.fround(arrays[i]![k]!)))) {
      throw new Error(`input ${i} was changed`);
    }
  });
  return results.slice(program.inputs.length);
};

/** What runs programs, and how far each may be off, relative to the numbers that met. */
export const streamTiers: Readonly<Record<string, { readonly run: StreamTier; readonly error: number }>> = {
  float64: { run: typed(Float64Array), error: 1e-13 },
  // A few roundings of 6e-8, and rational functions with errors of 4e-7.
  float32: { run: typed(Float32Array), error: 1e-6 },
  wasm: { run: wasm, error: 2e-6 },
};

/** Largest difference, where the size of the expected number or 1 is one. Infinite and undefined numbers must be the same. */
export function misses(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = found.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i]!, expected[i]!];
    if (Object.is(a, b)) continue;
    const miss = Math.abs(a - b) / Math.max(1, Math.abs(b));
    most = Number.isNaN(miss) ? Infinity : Math.max(most, miss);
  }
  return most;
}
