import { wgslFunctions } from '../../elementwise/wgslFunctions.ts';
import type { PlanBuffer } from '../plan.ts';
import { MOST_BINDINGS } from './fuse.ts';
import { aligned } from './layout.ts';
import type { Lanes, Pass, Shader } from './pass.ts';
import { bendVectors, defineBend, mapOperands, type StreamOperation } from './streamPasses.ts';
import { typeOf } from './text.ts';

/** A shader and what it is run on. */
export interface Job {
  readonly source: string;
  readonly workgroups: readonly [number, number];
  /** Pieces of the arena in the order of their bindings, in floats. */
  readonly bindings: readonly { readonly at: number; readonly size: number }[];
}

/** Workgroups along one axis. */
const MOST_WORKGROUPS = 65535;

interface Slot {
  readonly buffer: number;
  readonly lanes: Lanes;
}

/** A stretch of the arena: one binding for neighbours. */
interface Stretch {
  readonly slots: readonly number[];
  readonly lanes: Lanes;
  readonly at: number;
  readonly end: number;
}

/** The texts of a pass name buffers by slots, `$0[…`; bindings are known when the text is finished. */
class Slots {
  readonly #slots: Slot[] = [];
  readonly #buffers: readonly PlanBuffer[];

  constructor(buffers: readonly PlanBuffer[]) {
    this.#buffers = buffers;
  }

  at(buffer: number, lanes: Lanes, index: string | number): string {
    let slot = this.#slots.findIndex((own) => own.buffer === buffer);
    if (slot < 0) slot = this.#slots.push({ buffer, lanes }) - 1;
    const own = this.#slots[slot]!.lanes;
    if (own === lanes) return `$${slot}[${index}]`;
    // Bound in other vectors: one number of a wide one, or a wide one (to read) of single numbers.
    if (lanes === 1) return `$${slot}[(${index}) / ${own}][(${index}) % ${own}]`;
    const parts = Array.from({ length: lanes }, (_, k) => this.at(buffer, 1, `(${index}) * ${lanes} + ${k}`));
    return `${typeOf(lanes)}(${parts.join(', ')})`;
  }

  /** As few stretches as a shader may bind: neighbours are one where there are too many, and everything is if need be. */
  #stretches(): Stretch[] {
    const single = this.#slots.map(({ buffer, lanes }, slot): Stretch => {
      const { at, size } = this.#buffers[buffer]!;
      return { slots: [slot], lanes, at, end: at + Math.ceil(size / lanes) * lanes };
    });
    if (single.length <= MOST_BINDINGS) return single;
    const join = (isOne: (a: Stretch, b: Stretch) => boolean) =>
      single
        .toSorted((a, b) => a.at - b.at)
        .reduce<Stretch[]>((all, next) => {
          const last = all.at(-1);
          if (!last || last.lanes !== next.lanes || !isOne(last, next)) return [...all, next];
          return [...all.slice(0, -1), { ...last, slots: [...last.slots, ...next.slots], end: next.end }];
        }, []);
    const neighbours = join((a, b) => aligned(a.end) === b.at);
    const found = neighbours.length <= MOST_BINDINGS ? neighbours : join(() => true);
    if (found.length > MOST_BINDINGS) throw new Error(`internal: ${found.length} bindings`);
    return found;
  }

  /** The text with names of bindings, and the bindings. */
  resolve(text: string): { text: string; declarations: string; bindings: Job['bindings'] } {
    const stretches = this.#stretches();
    const names = this.#slots.map(({ buffer }, slot) => {
      const binding = stretches.findIndex(({ slots }) => slots.includes(slot));
      const { at, lanes } = stretches[binding]!;
      const offset = (this.#buffers[buffer]!.at - at) / lanes;
      return `b${binding}[${offset > 0 ? `${offset} + ` : ''}`;
    });
    const declarations = stretches.map(
      ({ lanes, at, end }, i) =>
        `@group(0) @binding(${i}) var<storage, read_write> b${i}: array<${typeOf(lanes)}, ${(end - at) / lanes}>;`,
    );
    return {
      text: text.replace(/\$(\d+)\[/g, (_, slot: string) => names[Number(slot)]!),
      declarations: declarations.join('\n'),
      bindings: stretches.map(({ at, end }) => ({ at, size: end - at })),
    };
  }
}

/** The function that hands on a result: through the maps of the chain, into memory where it is wanted there. */
function putText(
  result: number,
  lanes: Lanes,
  chain: readonly StreamOperation[],
  isStored: readonly boolean[],
  shader: Shader,
): string {
  const store = (buffer: number, stage: number) =>
    isStored[stage] ? `${shader.at(buffer, lanes, 'i')} = stage${stage};` : '';
  const known: Record<number, string> = { [result]: 'stage0' };
  const statements = chain.map((map, k) => {
    const output = map.buffers.at(-1)!;
    const operands = mapOperands(map, shader, lanes, known);
    const bent = bendVectors(defineBend(shader, map.program), `r${k}_`, operands, 1, lanes);
    known[output] = `stage${k + 1}`;
    return `${bent.statements}\nlet stage${k + 1} = ${bent.results[0]};\n${store(output, k + 1)}`;
  });
  return `
fn put(i: i32, stage0: V) {
${store(result, 0)}
${statements.join('\n')}
}`;
}

/** Threads of a workgroup: enough to fill a GPU's lanes, few enough that every core gets some. */
const groupSizeOf = (threads: number): number => (threads >= 4096 ? 64 : threads >= 256 ? 16 : 8);

/** The shader of one pass. `chain` and `isStored` are those of the operation, if its result is this pass's. */
export function jobOf(
  pass: Pass,
  { chain, isStored }: { readonly chain: readonly StreamOperation[]; readonly isStored: readonly boolean[] },
  buffers: readonly PlanBuffer[],
): Job {
  const { threads, lanes, result, groupSize, shared = '' } = pass;
  const slots = new Slots(buffers);
  const functions: string[] = [];
  const shader: Shader = {
    at: (...place) => slots.at(...place),
    put: (index, value) => `put(${index}, ${value});`,
    define(text) {
      const name = `bend${functions.length}`;
      functions.push(text(name));
      return name;
    },
  };
  const body = pass.body(shader);
  const put = result === undefined ? '' : putText(result, lanes, chain, isStored, shader);
  const size = groupSize ?? groupSizeOf(threads);
  const groups = groupSize ? threads : Math.ceil(threads / size);
  const rows = Math.ceil(groups / MOST_WORKGROUPS);
  const columns = Math.ceil(groups / rows);
  const group = rows > 1 ? `(i32(group.y) * ${columns} + i32(group.x))` : 'i32(group.x)';
  const start = groupSize
    ? `let id = ${group};\nlet local = i32(thread);`
    : `var id = ${group} * ${size} + i32(thread);`;
  const main = `
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
${start}
${rows * columns * (groupSize ? 1 : size) > threads ? `if (id >= ${threads}) { return; }` : ''}
${body}
}`;
  const { text, declarations, bindings } = slots.resolve([...functions, put, main].join('\n'));
  const alias = `alias V = ${typeOf(lanes)};\nalias U = ${typeOf(lanes).replace('f32', 'u32').replace(/f$/, 'u')};`;
  const library = text.includes('nl_') ? wgslFunctions : '';
  return {
    source: [alias, declarations, shared, library, text].join('\n'),
    workgroups: [columns, rows],
    bindings,
  };
}
