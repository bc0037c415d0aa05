import { DistinctList, highest, type Level } from '../lowered.ts';
import { float32Bytes, int32Bytes, unsigned } from './assembler.ts';

/** Instructions on four numbers at once that read their operands from the stack, and nothing else. */
const codes = {
  'v128.and': 0x4e,
  'v128.andnot': 0x4f,
  'v128.xor': 0x51,
  'v128.bitselect': 0x52,
  'f32x4.eq': 0x41,
  'f32x4.lt': 0x43,
  'f32x4.le': 0x45,
  'f32x4.nearest': 0x6a,
  'f32x4.abs': 0xe0,
  'f32x4.neg': 0xe1,
  'f32x4.sqrt': 0xe3,
  'f32x4.add': 0xe4,
  'f32x4.sub': 0xe5,
  'f32x4.mul': 0xe6,
  'f32x4.div': 0xe7,
  'f32x4.min': 0xe8,
  'f32x4.max': 0xe9,
  'f32x4.pmin': 0xea,
  'f32x4.pmax': 0xeb,
  'i32x4.eq': 0x37,
  'i32x4.add': 0xae,
  'i32x4.sub': 0xb1,
  'i32x4.max_s': 0xb8,
  'i32x4.trunc_sat_f32x4_s': 0xf8,
  'f32x4.convert_i32x4_s': 0xfa,
} as const;

/** These also take how far to shift. */
const shifts = { 'i32x4.shl': 0xab, 'i32x4.shr_s': 0xac, 'i32x4.shr_u': 0xad } as const;

export type VectorOp = keyof typeof codes;

/** The bytes of a vector instruction. */
export const simd = (code: number, ...immediates: readonly number[]): number[] => [
  0xfd,
  ...unsigned(code),
  ...immediates,
];

/** Four times the same number. */
export const splatConst = (bytes: readonly number[]): number[] => simd(0x0c, ...bytes, ...bytes, ...bytes, ...bytes);

/** Four numbers in a row: a constant, one number of an input, or an instruction on vectors before it. */
export type Vector = { readonly level: Level } & (
  | { readonly kind: 'const'; readonly code: readonly number[]; readonly value?: number }
  | { readonly kind: 'load'; readonly input: number; readonly part: number }
  | { readonly kind: 'op'; readonly args: readonly number[]; readonly code: readonly number[] }
);

// Cast: the keys are those of `codes`.
const instructions = Object.fromEntries(
  Object.entries(codes).map(([name, code]) => [name, simd(code)]),
) as unknown as Readonly<Record<VectorOp, readonly number[]>>;

const constant = (bytes: readonly number[], value?: number): Vector => ({
  kind: 'const',
  level: 'call',
  code: splatConst(bytes),
  ...(value === undefined ? {} : { value }),
});

/** Vectors in order; the same instruction on the same vectors stands there once. They go by their places. */
export class VectorList extends DistinctList<Vector> {
  /** A float. */
  number(value: number): number {
    const key = Object.is(value, -0) ? 'number -0' : `number ${Math.fround(value)}`;
    return this.find(key) ?? this.add(key, constant(float32Bytes(value), value));
  }

  /** A whole number, or 32 bits. */
  bits(value: number): number {
    const key = `bits ${value}`;
    return this.find(key) ?? this.add(key, constant(int32Bytes(value)));
  }

  load(input: number, part: number, level: Level): number {
    return this.add(`load ${input} ${part}`, { kind: 'load', input, part, level });
  }

  op(name: VectorOp, ...args: readonly number[]): number {
    return this.#op(name, instructions[name], args);
  }

  shift(name: keyof typeof shifts, a: number, by: number): number {
    return this.#op(`${name} ${by}`, [0x41, by, ...simd(shifts[name])], [a]);
  }

  /** The number, where this is a constant float. */
  floatAt(place: number): number | undefined {
    const vector = this.entries[place]!;
    return vector.kind === 'const' ? vector.value : undefined;
  }

  #op(name: string, code: readonly number[], args: readonly number[]): number {
    const key = `${name} ${args.join()}`;
    const level = () => highest(args.map((arg) => this.entries[arg]!.level));
    return this.find(key) ?? this.add(key, { kind: 'op', code, args, level: level() });
  }
}
