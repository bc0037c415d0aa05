import { fold, type Expression } from './expression.ts';
import { expanded, type CoreOperation } from './expand.ts';
import { inputLevel, type Level } from './lowered.ts';
import { partsOf, type StreamProgram } from './streams.ts';
import { assemble, FunctionWriter, type WasmFunction } from './simd/assembler.ts';
import { laneFunctions, laneMask, loadVector, storeVectors, type Place } from './simd/lanes.ts';
import { forms } from './simd/vectorForms.ts';
import { simd, splatConst, VectorList } from './simd/vectors.ts';

/** Vectors that one partial sum covers, and rows of a tile: what is summed in a float32 at one go. */
const CHUNK = 256;
const TILE = 64;

const LOAD_SPLAT = simd(0x09, 2, 0);
const ADD = simd(0xe4);
const AND = simd(0x4e);
const ZERO = splatConst([0, 0, 0, 0]);

/**
 * The bytes of a WebAssembly module with one function per program, `run0` and so on, four numbers at a time:
 * `(rows, channels, ...addresses of the inputs, then of the outputs)`. It imports `env.memory`; addresses are in bytes,
 * multiples of 4; nothing is read or written beyond the arrays. Sums are taken in float32 over at most 64 rows (channels) or
 * 1024 numbers (scalars), and added up beyond that: channel sums in float32, scalar sums in float64. What the functions are
 * off by is in simd/vectorForms.ts.
 */
export function emitStreams(programs: readonly StreamProgram[]): Uint8Array<ArrayBuffer> {
  const functions = programs.map((program, i) => new Emitter(program).emit(`run${i}`));
  return assemble([...laneFunctions(), ...functions]);
}

/** Emits one program. */
class Emitter {
  readonly #program: StreamProgram;
  readonly #list = new VectorList();
  readonly #outputs: readonly (readonly number[])[];
  readonly #w: FunctionWriter;
  /** Locals that hold the vectors, by their place. */
  readonly #held = new Map<number, number>();
  /** Addresses: parameters, and where the loop is. */
  readonly #base: readonly number[];
  readonly #at: readonly number[];
  /** Running sums of the outputs, and totals of the scalar ones. */
  readonly #sums: readonly number[];
  readonly #totals: readonly number[];
  readonly #count: number;
  readonly #step: number;
  readonly #lanes: number;

  constructor(program: StreamProgram) {
    this.#program = program;
    this.#outputs = this.#vectors();
    const streams = [...program.inputs, ...program.outputs];
    this.#w = new FunctionWriter(['i32', 'i32', ...streams.map(() => 'i32' as const)]);
    this.#base = streams.map((_, i) => 2 + i);
    [this.#count, this.#step, this.#lanes] = [this.#w.local('i32'), this.#w.local('i32'), this.#w.local('i32')];
    this.#at = streams.map(() => this.#w.local('i32'));
    this.#sums = program.outputs.map(() => this.#w.local('v128'));
    this.#totals = program.outputs.map(() => this.#w.local('f64'));
  }

  emit(name: string): WasmFunction {
    const { inputs, outputs } = this.#program;
    this.#emitVectors('call', false);
    const hasChannels =
      inputs.some(({ kind }) => kind === 'channel') || outputs.some(({ kind }) => kind === 'channelSum');
    if (hasChannels) this.#tiles();
    else this.#flat();
    outputs.forEach(({ kind }, o) => {
      if (kind !== 'scalarSum') return;
      const at = this.#base[inputs.length + o]!;
      this.#w.get(at).get(at).op('f32.load', 'f64.promote_f32').get(this.#totals[o]!);
      this.#w.op('f64.add', 'f32.demote_f64', 'f32.store');
    });
    return this.#w.finish(name);
  }

  /** All expressions as vectors. */
  #vectors(): number[][] {
    const { inputs, outputs } = this.#program;
    const list = this.#list;
    const names = new Map<string, () => number>();
    inputs.forEach((stream, input) =>
      partsOf(stream).forEach((name, part) => names.set(name, () => list.load(input, part, inputLevel[stream.kind]))),
    );
    const [expansions, known] = [new Map<Expression, Expression>(), new Map<Expression, number>()];
    const visit = {
      number: (value: number) => list.number(value),
      // Programs are checked when they are made: every name is a part of an input.
      name: (name: string) => names.get(name)!(),
      // Casts: `expanded` leaves core operations alone; those with fewer operands leave the rest alone.
      call: (op: string, args: readonly number[]) =>
        forms[op as CoreOperation](list, ...(args as [number, number, number, number])),
    };
    return outputs.map(({ values }) => values.map((value) => fold(expanded(value, expansions), visit, known)));
  }

  /** Everything is one long row. */
  #flat(): void {
    const w = this.#w;
    const [numbers, left] = [w.local('i32'), w.local('i32')];
    w.get(0).get(1).op('i32.mul').set(numbers);
    w.get(numbers).int(2).op('i32.shr_u').set(left);
    w.int(16).set(this.#step);
    this.#at.forEach((at, i) => w.get(this.#base[i]!).set(at));
    w.while(
      () => w.get(left),
      () => {
        this.#countUpTo(CHUNK, left);
        w.get(left).get(this.#count).op('i32.sub').set(left);
        this.#run(false);
      },
    );
    w.get(numbers).int(3).op('i32.and').set(this.#lanes);
    w.get(this.#lanes).if(() => {
      w.int(1).set(this.#count);
      this.#run(true);
    });
  }

  /** Tiles of rows; in each, four channels at a time down the rows, so that what belongs to channels stays in registers. */
  #tiles(): void {
    const w = this.#w;
    const [row, left, channel] = [w.local('i32'), w.local('i32'), w.local('i32')];
    const down = (isPartial: boolean) => {
      this.#at.forEach((at, i) => {
        const { width, isPerChannel } = this.#shape(i);
        w.get(this.#base[i]!);
        if (width === 0) return void w.set(at);
        if (isPerChannel) w.get(channel);
        else w.get(row).get(1).op('i32.mul').get(channel).op('i32.add');
        w.int(4 * width)
          .op('i32.mul', 'i32.add')
          .set(at);
      });
      this.#countUpTo(TILE, left);
      this.#run(isPartial);
    };
    w.get(1).int(4).op('i32.mul').set(this.#step);
    w.get(0).set(left);
    w.while(
      () => w.get(left),
      () => {
        w.int(0).set(channel);
        w.while(
          () => w.get(1).get(channel).op('i32.sub').int(4).op('i32.ge_u'),
          () => {
            down(false);
            w.get(channel).int(4).op('i32.add').set(channel);
          },
        );
        w.get(1).get(channel).op('i32.sub').set(this.#lanes);
        w.get(this.#lanes).if(() => down(true));
        this.#countUpTo(TILE, left);
        w.get(left).get(this.#count).op('i32.sub').set(left);
        w.get(row).get(this.#count).op('i32.add').set(row);
      },
    );
  }

  /** count = min(most, left) */
  #countUpTo(most: number, left: number): void {
    const w = this.#w;
    w.int(most).get(left).get(left).int(most).op('i32.gt_u', 'select').set(this.#count);
  }

  /** `count` times: load, compute, store, step on. Sums begin at zero and are put away at the end. */
  #run(isPartial: boolean): void {
    const w = this.#w;
    const { inputs, outputs } = this.#program;
    this.#emitVectors('channel', isPartial);
    for (const sum of this.#sums) w.raw(...ZERO).set(sum);
    w.repeat(this.#count, () => {
      this.#emitVectors('element', isPartial);
      outputs.forEach(({ kind }, o) => {
        const values = this.#outputs[o]!;
        if (kind === 'element' || kind === 'group') {
          const pushes = values.map((value) => () => this.#push(value));
          storeVectors(w, this.#place(inputs.length + o, isPartial), pushes);
          return;
        }
        w.get(this.#sums[o]!);
        this.#push(values[0]!);
        if (isPartial) {
          laneMask(w, this.#lanes);
          w.raw(...AND);
        }
        w.raw(...ADD).set(this.#sums[o]!);
      });
      this.#at.forEach((at, i) => {
        const { width, isPerChannel } = this.#shape(i);
        if (width > 0 && !isPerChannel) w.get(at).get(this.#step).int(width).op('i32.mul', 'i32.add').set(at);
      });
    });
    outputs.forEach(({ kind }, o) => this.#flush(kind, o, isPartial));
  }

  /** Adds a running sum to where it belongs. */
  #flush(kind: string, o: number, isPartial: boolean): void {
    const w = this.#w;
    const sum = this.#sums[o]!;
    if (kind === 'channelSum') {
      const place = this.#place(this.#program.inputs.length + o, isPartial);
      w.get(sum);
      loadVector(w, place, 0);
      w.raw(...ADD).set(sum);
      storeVectors(w, place, [() => w.get(sum)]);
    } else if (kind === 'scalarSum') {
      for (let lane = 0; lane < 4; lane++) {
        w.get(this.#totals[o]!)
          .get(sum)
          .raw(...simd(0x1f, lane))
          .op('f64.promote_f32', 'f64.add')
          .set(this.#totals[o]!);
      }
    }
  }

  /** Numbers per place of a stream; none for scalars. */
  #shape(i: number): { width: number; isPerChannel: boolean } {
    const { inputs, outputs } = this.#program;
    const input = inputs[i];
    const kind = input?.kind ?? outputs[i - inputs.length]!.kind;
    if (kind === 'scalar' || kind === 'scalarSum') return { width: 0, isPerChannel: false };
    const width = input ? partsOf(input).length : outputs[i - inputs.length]!.values.length;
    return { width, isPerChannel: kind === 'channel' || kind === 'channelSum' };
  }

  #emitVectors(level: Level, isPartial: boolean): void {
    this.#list.entries.forEach((vector, place) => {
      if (vector.level !== level || vector.kind === 'const') return;
      if (vector.kind === 'load' && level === 'call') this.#w.get(this.#base[vector.input]!).raw(...LOAD_SPLAT);
      else if (vector.kind === 'load') loadVector(this.#w, this.#place(vector.input, isPartial), vector.part);
      else {
        vector.args.forEach((arg) => this.#push(arg));
        this.#w.add(vector.code);
      }
      if (!this.#held.has(place)) this.#held.set(place, this.#w.local('v128'));
      this.#w.set(this.#held.get(place)!);
    });
  }

  #push(place: number): void {
    const vector = this.#list.entries[place]!;
    if (vector.kind === 'const') this.#w.add(vector.code);
    else this.#w.get(this.#held.get(place)!);
  }

  /** Where the loop is in a stream. */
  #place(i: number, isPartial: boolean): Place {
    return { at: this.#at[i]!, width: this.#shape(i).width, lanes: isPartial ? this.#lanes : null };
  }
}
