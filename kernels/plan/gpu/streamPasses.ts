import { partsOf, type StreamProgram } from '../../elementwise/streams.ts';
import { toWgsl } from '../../elementwise/toWgsl.ts';
import type { Operation } from '../plan.ts';
import { together } from './together.ts';
import type { Call, Lanes, Pass, Shader } from './pass.ts';
import { lane, lanesOf, loop } from './text.ts';

export type StreamOperation = Extract<Operation, { program: StreamProgram }>;

/** One vector per place in, one vector per place out: what may be done to the numbers of another operation on their way. */
export function isMap({ program: { inputs, outputs } }: StreamOperation): boolean {
  return outputs.every(({ kind }) => kind === 'element') && inputs.every(({ kind }) => kind !== 'group');
}

/** The names `a0`, `a1` of what a program reads, part by part. */
const operandNames = ({ inputs }: StreamProgram) => inputs.flatMap(partsOf).map((part, i) => [part, `a${i}`] as const);

/** A function from the numbers of one place to those written there, all in one array. */
export function defineBend(shader: Shader, program: StreamProgram): string {
  const operands = operandNames(program);
  const values = program.outputs.flatMap((output) => output.values);
  const { statements, results } = toWgsl(values, Object.fromEntries(operands));
  return shader.define(
    (name) => `
fn ${name}(${operands.map(([, own]) => `${own}: f32`).join(', ')}) -> array<f32, ${results.length}> {
${statements}
return array<f32, ${results.length}>(${results.join(', ')});
}`,
  );
}

/** The vectors that a map reads at the vector `i`; `known` stand in for some of its inputs. */
export function mapOperands(
  { program, buffers, channels }: StreamOperation,
  shader: Shader,
  lanes: Lanes,
  known: Readonly<Record<number, string>> = {},
): string[] {
  return program.inputs.map(({ kind }, i) => {
    const buffer = buffers[i]!;
    if (known[buffer] !== undefined) return known[buffer];
    if (kind === 'scalar') return `V(${lane(shader.at(buffer, lanes, 0), lanes, 0)})`;
    return shader.at(buffer, lanes, kind === 'channel' ? `i % ${channels / lanes}` : 'i');
  });
}

/** A map's outputs at one place as vectors, from vectors; `results` are declared by the statements. */
export function bendVectors(bend: string, prefix: string, operands: readonly string[], outputs: number, lanes: Lanes) {
  const given = operands.map((text, k) => `let ${prefix}in${k} = ${text};`);
  const calls = Array.from({ length: lanes }, (_, l) => {
    const args = operands.map((_, k) => lane(`${prefix}in${k}`, lanes, l));
    return `let ${prefix}${l} = ${bend}(${args.join(', ')});`;
  });
  const results = Array.from(
    { length: outputs },
    (_, o) => `V(${Array.from({ length: lanes }, (_, l) => `${prefix}${l}[${o}]`).join(', ')})`,
  );
  return { statements: [...given, ...calls].join('\n'), results };
}

/** Lanes in which a map may run. */
export function mapLanes({ program, rows, channels }: StreamOperation): Lanes {
  return lanesOf(rows * channels, ...(program.inputs.some(({ kind }) => kind === 'channel') ? [channels] : []));
}

function mapPass(operation: StreamOperation): Pass {
  const { program, buffers, rows, channels } = operation;
  const lanes = mapLanes(operation);
  const written = buffers.slice(program.inputs.length);
  const isSingle = written.length === 1;
  return {
    threads: (rows * channels) / lanes,
    lanes,
    ...(isSingle ? { result: written[0]! } : {}),
    body: (shader) => {
      const operands = mapOperands(operation, shader, lanes);
      const { statements, results } = bendVectors(defineBend(shader, program), 'r', operands, written.length, lanes);
      const stores = results.map((result, o) =>
        isSingle ? shader.put('i', result) : `${shader.at(written[o]!, lanes, 'i')} = ${result};`,
      );
      return ['let i = id;', statements, ...stores].join('\n');
    },
  };
}

/** Statements that run a program at place `i` of channel `c`: `out` holds what belongs there. */
function placeText({ program, buffers }: StreamOperation, shader: Shader): string {
  const { inputs, outputs } = program;
  const args = inputs.flatMap((input, i) =>
    partsOf(input).map((_, part, { length }) => {
      const index = { element: 'i', channel: 'c', scalar: '0', group: `i * ${length} + ${part}` }[input.kind];
      return shader.at(buffers[i]!, 1, index);
    }),
  );
  let next = 0;
  const stores = outputs.flatMap(({ kind, values }, o) =>
    values.map((_, part) => {
      const number = `out[${next++}]`;
      if (kind.endsWith('Sum')) return `sum${o} += ${number};`;
      return `${shader.at(buffers[inputs.length + o]!, 1, `i * ${values.length} + ${part}`)} = ${number};`;
    }),
  );
  return [`let out = ${defineBend(shader, program)}(${args.join(', ')});`, ...stores].join('\n');
}

function groupPass(operation: StreamOperation): Pass {
  const { rows, channels } = operation;
  return {
    threads: rows * channels,
    lanes: 1,
    body: (shader) => `let i = id;\nlet c = id % ${channels};\n${placeText(operation, shader)}`,
  };
}

/** Threads that share the rows of a program with sums. */
const THREADS = 512;

/** A thread per channel and slice of the rows; then the slices are added up. */
function sumPasses(operation: StreamOperation, { isSet, scratch }: Pick<Call, 'isSet' | 'scratch'>): Pass[] {
  const { program, buffers, rows, channels } = operation;
  const { inputs, outputs } = program;
  const length = Math.ceil(rows / Math.min(rows, Math.max(1, Math.floor(THREADS / channels))));
  const slices = Math.ceil(rows / length);
  const threads = slices * channels;
  const sums = outputs.flatMap(({ kind }, o) => {
    const place = inputs.length + o;
    const sign = isSet(place) ? '=' : '+=';
    return kind.endsWith('Sum') ? [{ o, kind, sign, buffer: buffers[place]!, partial: scratch(threads) }] : [];
  });
  const slicePass: Pass = {
    threads,
    lanes: 1,
    body: (shader) => `
let c = id % ${channels};
let first = (id / ${channels}) * ${length};
${sums.map(({ o }) => `var sum${o} = 0f;`).join('\n')}
${loop('r', 'first', `min(${rows}, first + ${length})`, `let i = r * ${channels} + c;\n${placeText(operation, shader)}`)}
${sums.map(({ o, partial }) => `${shader.at(partial, 1, 'id')} = sum${o};`).join('\n')}`,
  };
  const tasks = sums.map(({ kind, sign, buffer, partial }) => {
    const isPerChannel = kind === 'channelSum';
    const [count, step] = isPerChannel ? [slices, channels] : [threads, 1];
    return {
      threads: isPerChannel ? channels : 1,
      body: (shader: Shader) => `
var sum = 0f;
${loop('s', 0, count, `sum += ${shader.at(partial, 1, `id + s * ${step}`)};`)}
${shader.at(buffer, 1, 'id')} ${sign} sum;`,
    };
  });
  return [slicePass, together(tasks, 1)];
}

/** The passes of an elementwise program. */
export function streamPasses(operation: StreamOperation, call: Pick<Call, 'isSet' | 'scratch'>): readonly Pass[] {
  if (isMap(operation)) return [mapPass(operation)];
  const hasSums = operation.program.outputs.some(({ kind }) => kind.endsWith('Sum'));
  return hasSums ? sumPasses(operation, call) : [groupPass(operation)];
}
