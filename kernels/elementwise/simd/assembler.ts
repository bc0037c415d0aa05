/** Bytes of a WebAssembly module, section by section (WebAssembly Core Specification 2.0, chapter 5). */

/** Types of values, as the binary format numbers them. */
export const types = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

/** LEB128: seven bits per byte, the lowest first. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** The same for a number with a sign. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    if (rest >= -64 && rest < 64) return [...bytes, rest & 0x7f];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

export const float32Bytes = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];
export const int32Bytes = (value: number): number[] => [...new Uint8Array(Int32Array.of(value).buffer)];

/** One after the other; Array.flat takes many times as long. */
function joined(parts: readonly (readonly number[])[]): number[] {
  const bytes: number[] = [];
  for (const part of parts) for (const byte of part) bytes.push(byte);
  return bytes;
}

const list = (items: readonly (readonly number[])[]): number[] => joined([unsigned(items.length), ...items]);
const text = (value: string): number[] => joined([unsigned(value.length), [...new TextEncoder().encode(value)]]);
const section = (id: number, items: readonly (readonly number[])[]): number[] => {
  const body = list(items);
  return joined([[id], unsigned(body.length), body]);
};

export interface WasmFunction {
  /** Null for one that only the module itself calls. */
  readonly exportAs: string | null;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly code: readonly number[];
}

const typeList = (names: readonly ValueType[]) => list(names.map((name) => [types[name]]));

/** A module that imports `env.memory`; its functions call each other by their place in the list. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const bodies = functions.map(({ locals, code }) => {
    const start = list(locals.map((type) => [1, types[type]]));
    return joined([unsigned(start.length + code.length + 1), start, code, [0x0b]]);
  });
  const exported = functions.flatMap(({ exportAs }, i) =>
    exportAs === null ? [] : [[...text(exportAs), 0, ...unsigned(i)]],
  );
  return Uint8Array.from(
    joined([
      [0, ...new TextEncoder().encode('asm'), 1, 0, 0, 0],
      section(
        1,
        functions.map(({ params, results }) => joined([[0x60], typeList(params), typeList(results)])),
      ),
      section(2, [[...text('env'), ...text('memory'), 2, 0, 0]]),
      section(
        3,
        functions.map((_, i) => unsigned(i)),
      ),
      section(7, exported),
      section(10, bodies),
    ]),
  );
}

/** Instructions on single numbers. */
const codes = {
  'i32.add': [0x6a],
  'i32.sub': [0x6b],
  'i32.mul': [0x6c],
  'i32.and': [0x71],
  'i32.shr_u': [0x76],
  'i32.eqz': [0x45],
  'i32.ge_u': [0x4f],
  'i32.gt_u': [0x4b],
  select: [0x1b],
  'f64.add': [0xa0],
  'f64.promote_f32': [0xbb],
  'f32.demote_f64': [0xb6],
  // Aligned to 4 bytes, no offset.
  'f32.load': [0x2a, 2, 0],
  'f32.store': [0x38, 2, 0],
} as const;

/** Writes the code of one function. */
export class FunctionWriter {
  readonly code: number[] = [];
  readonly #params: readonly ValueType[];
  readonly #locals: ValueType[] = [];

  constructor(params: readonly ValueType[]) {
    this.#params = params;
  }

  local(type: ValueType): number {
    this.#locals.push(type);
    return this.#params.length + this.#locals.length - 1;
  }

  get(local: number): this {
    return this.raw(0x20, ...unsigned(local));
  }

  set(local: number): this {
    return this.raw(0x21, ...unsigned(local));
  }

  int(value: number): this {
    return this.raw(0x41, ...signed(value));
  }

  op(...names: readonly (keyof typeof codes)[]): this {
    for (const name of names) this.raw(...codes[name]);
    return this;
  }

  call(place: number): this {
    return this.raw(0x10, ...unsigned(place));
  }

  raw(...bytes: readonly number[]): this {
    return this.add(bytes);
  }

  /** Bytes that are there already. */
  add(bytes: readonly number[]): this {
    for (const byte of bytes) this.code.push(byte);
    return this;
  }

  /** Runs `body` while the condition, which leaves a number on the stack, is not zero. */
  while(condition: () => void, body: () => void): void {
    this.raw(0x02, 0x40, 0x03, 0x40); // block, loop
    condition();
    this.op('i32.eqz').raw(0x0d, 1); // leave the block
    body();
    this.raw(0x0c, 0, 0x0b, 0x0b); // again; end, end
  }

  /** Runs `body` `count` times, at least once; counts the local down to zero. */
  repeat(count: number, body: () => void): void {
    this.raw(0x03, 0x40);
    body();
    this.get(count)
      .int(1)
      .op('i32.sub')
      .raw(0x22, ...unsigned(count)); // set and keep
    this.raw(0x0d, 0, 0x0b);
  }

  /** Runs `body` if the number on the stack is not zero. */
  if(body: () => void): void {
    this.raw(0x04, 0x40);
    body();
    this.raw(0x0b);
  }

  finish(exportAs: string | null, results: readonly ValueType[] = []): WasmFunction {
    return { exportAs, params: this.#params, results, locals: this.#locals, code: this.code };
  }
}
