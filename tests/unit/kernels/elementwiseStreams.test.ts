import { expect, test } from 'vitest';
import {
  backwardProgram,
  compileStreams,
  elementwise,
  forwardProgram,
  streams,
  updateProgram,
  type ElementwiseDefinition,
  type StreamProgram,
} from '#kernels';
import { stream } from '../../support/kernelCases.ts';
import { lengthsOf, misses, streamOracle, streamTiers } from '../../support/streamOracle.ts';
import { messageOf } from '../message.ts';

/** Rows and channels: whole vectors and rests of 1 to 3, more than one block, chunk and tile, and nothing at all. */
const SHAPES = [
  ...[
    [1, 1],
    [1, 3],
    [5, 1],
    [3, 5],
    [32, 8],
    [70, 6],
    [1, 1030],
    [129, 9],
    [3, 257],
  ],
  ...[
    [0, 4],
    [4, 0],
  ],
] as const;

/** Where float32 has its edges; all of them are float32 numbers. */
const EXTREMES = [0, -0, 1e-30, -1e-30, 20, -20, 88, -88, 1e4, -1e4, 1, -1].map(Math.fround);

/** Random numbers in (−4, 4), with extremes among the elements where wanted. */
function arraysFor(program: StreamProgram, rows: number, channels: number, seed: number, extremes: readonly number[]) {
  const { uniform, whole } = stream(seed);
  return lengthsOf(program, rows, channels).map((length, i) => {
    const kind = program.inputs[i]?.kind;
    // Not the gradient that comes in: what it multiplies is off by 1e-7, at any size.
    const mayBeExtreme =
      extremes.length > 0 && (kind === 'element' || kind === 'group') && program.inputs[i]!.name !== 'dy';
    // Parameters and scalars stay positive: they are slopes, rates and memories.
    const low = kind === 'channel' || kind === 'scalar' ? 0.1 : -4;
    const high = kind === 'channel' || kind === 'scalar' ? 0.9 : 4;
    return Float64Array.from({ length }, () => {
      const isExtreme = mayBeExtreme && uniform() < 0.3;
      return isExtreme ? extremes[whole(0, extremes.length - 1)]! : Math.fround(low + (high - low) * uniform());
    });
  });
}

const element = (name: string) => ({ name, kind: 'element' }) as const;

const functions: Readonly<Record<string, ElementwiseDefinition>> = {
  identity: { value: 'x' },
  three: { value: '3' },
  relu: { value: 'max(0, x)', derivatives: { x: 'if(y > 0, 1, 0)' } },
  tanh: { value: 'tanh(x)', derivatives: { x: '1 - y * y' } },
  sigmoid: { value: 'sigmoid(x)', derivatives: { x: 'y * (1 - y)' } },
  softplus: { params: ['beta'], value: 'softplus(beta * x) / beta' },
  gelu: { value: '0.5 * x * (1 + erf(x * sqrt(0.5)))' },
  swish: { params: ['beta'], value: 'x * sigmoid(beta * x)' },
  mish: { value: 'x * tanh(softplus(x))' },
  prelu: { params: ['slope'], value: 'max(0, x) + slope * min(x, 0)' },
  elu: { params: ['alpha'], value: 'if(x > 0, x, alpha * expm1(min(x, 0)))' },
  ada: { params: ['alpha', 'c'], lets: { p: 'max(0, x)' }, value: 'p * exp(c - alpha * p)' },
  fplus: { params: ['l', 'm'], lets: { n: 'min(x, 0)' }, value: 'if(x > 0, l * x, l * n / (1 - m * n))' },
  softsign: { value: 'x / (1 + abs(x))' },
  lisht: { value: 'x * tanh(x)' },
  bump: { params: ['a'], value: 'exp(-x^2 / a) + sign(x)' },
  roots: { value: 'sqrt(1 + abs(x)) + (1 + x^2)^-1.5 + log(1 + abs(x)) + log1p(x^2)' },
  and: { inputs: ['u', 'v'], value: 'if(max(u, v) < 0, u + v, min(u, v))' },
  glu: { inputs: ['u', 'v'], params: ['a'], value: 'a * u * sigmoid(v)' },
  median: { inputs: ['u', 'v', 'w'], value: 'max(min(u, v), min(w, max(u, v)))' },
};

/** Waves are compared where float32 knows their argument well. */
const waves: Readonly<Record<string, ElementwiseDefinition>> = {
  gcu: { value: 'x * cos(x)' },
  pvlu: { params: ['a', 'b'], value: 'max(0, x) + a * sin(b * x)' },
};

const programs: [name: string, program: StreamProgram, extremes: readonly number[]][] = [];
for (const [name, definition] of Object.entries({ ...functions, ...waves })) {
  const fn = elementwise(definition);
  const channel = Object.fromEntries(fn.params.map((param) => [param, 'channel' as const]));
  const extremes = name in waves ? [] : EXTREMES;
  programs.push([`${name} forward`, forwardProgram(fn), extremes]);
  programs.push([`${name} backward`, backwardProgram(fn, { trained: fn.params }), extremes]);
  if (fn.params.length === 0) continue;
  programs.push([`${name} forward by channel`, forwardProgram(fn, channel), extremes]);
  programs.push([`${name} backward by channel`, backwardProgram(fn, { kinds: channel, trained: fn.params }), extremes]);
}

/** Products of extremes leave float32: what the oracle sees is then the product's float32 range at best. */
const isInRange = (x: number) => Math.abs(x) < 3e38;

test.for(Object.keys(streamTiers))('%s runs every program as the oracle does', (tier) => {
  const { run, error } = streamTiers[tier]!;
  const found: string[] = [];
  programs.forEach(([name, program, extremes], p) => {
    SHAPES.forEach(([rows, channels], s) => {
      // Sums of numbers of very different size say little; they are compared without extremes.
      const hasSums = program.outputs.some(({ kind }) => kind.endsWith('Sum'));
      const arrays = arraysFor(program, rows, channels, 100 * p + s, hasSums ? [] : extremes);
      const expected = streamOracle(program, arrays, rows, channels);
      if (!expected.every((array) => array.every(isInRange))) throw new Error(`${name} leaves the range of float32`);
      run(program, arrays, rows, channels).forEach((array, o) => {
        // A sum is off by as much as its terms, all of size 10 at most.
        const isSum = program.outputs[o]!.kind.endsWith('Sum');
        const off = misses(array, expected[o]!) / (isSum ? Math.max(1, Math.sqrt(rows * channels)) : 1);
        if (!(off <= error))
          found.push(`${name} on ${rows} x ${channels}: ${program.outputs[o]!.name} is off by ${off}`);
      });
    });
  });
  expect(found).toEqual([]);
});

test.for(Object.keys(streamTiers))('%s writes over its inputs where it is told to', (tier) => {
  const { run, error } = streamTiers[tier]!;
  const fn = elementwise({ value: 'tanh(x)', derivatives: { x: '1 - y * y' } });
  const gate = elementwise({ inputs: ['u', 'v'], value: 'u * v' });
  const cases: [StreamProgram, Record<number, number>][] = [
    [forwardProgram(fn), { 0: 0 }],
    [backwardProgram(fn), { 0: 1 }],
    [backwardProgram(gate), { 0: 0 }],
    [
      streams({
        inputs: [element('a'), element('b')],
        outputs: [
          { ...element('p'), values: ['b'] },
          { ...element('q'), values: ['a'] },
        ],
      }),
      { 0: 0, 1: 1 },
    ],
  ];
  for (const [program, inPlace] of cases) {
    const arrays = arraysFor(program, 37, 7, 5, []);
    const found = run(program, arrays, 37, 7, inPlace);
    streamOracle(program, arrays, 37, 7).forEach((array, o) =>
      expect(misses(found[o]!, array)).toBeLessThanOrEqual(error),
    );
  }
});

test('a backward program reads only what the derivative needs', () => {
  const inputs = (definition: ElementwiseDefinition) =>
    backwardProgram(elementwise(definition)).inputs.map(({ name }) => name);
  expect(inputs(functions.tanh!)).toEqual(['y', 'dy']);
  expect(inputs(functions.mish!)).toEqual(['x', 'dy']);
  expect(inputs(functions.prelu!)).toEqual(['x', 'dy', 'slope']);
  expect(inputs(functions.identity!)).toEqual(['dy']);
  expect(backwardProgram(elementwise(functions.prelu!), { toInput: false, trained: ['slope'] })).toMatchObject({
    inputs: [{ name: 'x' }, { name: 'dy' }],
    outputs: [{ name: 'dslope', kind: 'scalarSum' }],
  });
});

test('assignments see what the ones before them assigned', () => {
  const program = updateProgram({
    arrays: ['w', 'm', 'g'],
    scalars: ['rate'],
    assign: [
      ['m', '0.5 * m + g'],
      ['step', 'rate * m'],
      ['w', 'w - step'],
    ],
  });
  expect(program.outputs.map(({ name }) => name)).toEqual(['w', 'm']);
  const [w, m, g] = [Float32Array.of(1, 2), Float32Array.of(4, 6), Float32Array.of(1, -1)];
  compileStreams(program)([w, m, g, Float32Array.of(0.25), w, m], 1, 2);
  // m = 4/2 + 1, 6/2 - 1; w = 1 - 3/4, 2 - 2/4
  expect([[...w], [...m]]).toEqual([
    [0.25, 1.5],
    [3, 2],
  ]);
});

test.for(Object.keys(streamTiers))('%s takes an Adam step like a plain loop', (tier) => {
  const { run, error } = streamTiers[tier]!;
  const program = updateProgram({
    arrays: ['w', 'm', 'v', 'g'],
    scalars: ['rate', 'root', 'beta1', 'beta2', 'epsilon'],
    assign: [
      ['m', 'beta1 * m + (1 - beta1) * g'],
      ['v', 'beta2 * v + (1 - beta2) * g^2'],
      ['w', 'w - rate * m / (root * sqrt(v) + epsilon)'],
    ],
  });
  const { block } = stream(9);
  const [w, m, v, g] = [1, 2, 3, 4].map(() => block([1003]).data) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  v.forEach((value, i) => (v[i] = Math.abs(value)));
  const [rate, root, beta1, beta2, epsilon] = [0.01, 1.5, 0.9, 0.999, 1e-8].map(Math.fround) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const scalars = [rate, root, beta1, beta2, epsilon].map((value) => Float64Array.of(value));
  const found = run(program, [w, m, v, g, ...scalars, w, m, v], 1, 1003, { 0: 0, 1: 1, 2: 2 });
  for (let i = 0; i < 1003; i++) {
    m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
    v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! ** 2;
    w[i]! -= (rate * m[i]!) / (root * Math.sqrt(v[i]!) + epsilon);
  }
  [w, m, v].forEach((array, o) => expect(misses(found[o]!, array)).toBeLessThanOrEqual(error));
});

test('long sums keep their digits', () => {
  const program = streams({
    inputs: [element('x')],
    outputs: [
      { name: 'perChannel', kind: 'channelSum', values: ['x'] },
      { name: 'all', kind: 'scalarSum', values: ['x * x'] },
    ],
  });
  const [rows, channels] = [20000, 5];
  const { uniform } = stream(3);
  const x = Float64Array.from({ length: rows * channels }, () => Math.fround(uniform()));
  const arrays = [x, Float64Array.of(1, 2, 3, 4, 5), Float64Array.of(7)];
  const expected = streamOracle(program, arrays, rows, channels);
  const found = streamTiers.wasm!.run(program, arrays, rows, channels);
  // One after the other in float32 they would be off by some 1e-5.
  expected.forEach((array, o) => expect(misses(found[o]!, array)).toBeLessThan(5e-7));
});

test('a wrong number of arrays is refused', () => {
  const run = compileStreams(forwardProgram(elementwise({ value: 'x' })));
  expect(messageOf(() => run([new Float32Array(4)], 2, 2))).toBe('wrong number of arrays: 1; give "x", "y"');
});
