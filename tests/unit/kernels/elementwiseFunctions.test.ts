import { expect, test } from 'vitest';
import { emitStreams, evaluateExpression, parseExpression, streams } from '#kernels';

const POINTS = 40_000;

const read = (formula: string) => parseExpression(formula, { names: ['x'] });

/** The formula in WebAssembly, on many numbers at once. */
function vectorized(formula: string): (x: Float32Array) => Float32Array {
  const program = streams({
    inputs: [{ name: 'x', kind: 'element' }],
    outputs: [{ name: 'y', kind: 'element', values: [formula] }],
  });
  const memory = new WebAssembly.Memory({ initial: 8 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(emitStreams([program])), { env: { memory } });
  return (x) => {
    new Float32Array(memory.buffer, 0, x.length).set(x);
    (exports.run0 as (...numbers: number[]) => void)(1, x.length, 0, 4 * x.length);
    return new Float32Array(memory.buffer, 4 * x.length, x.length).slice();
  };
}

const evenly = (low: number, high: number) =>
  Float32Array.from({ length: POINTS }, (_, i) => low + ((high - low) * i) / (POINTS - 1));
/** Evenly in size, from very small to very large. */
const sizes = (low: number, high: number, sign = 1) =>
  Float32Array.from({ length: POINTS }, (_, i) => sign * low * (high / low) ** (i / (POINTS - 1)));

/** Largest absolute and relative error against float64. */
function errors(formula: string, x: Float32Array): { absolute: number; relative: number } {
  const [expression, found] = [read(formula), vectorized(formula)(x)];
  let [absolute, relative] = [0, 0];
  x.forEach((value, i) => {
    const wanted = evaluateExpression(expression, { x: value });
    const miss = Math.abs(found[i]! - wanted);
    absolute = Math.max(absolute, miss);
    if (wanted !== 0) relative = Math.max(relative, miss / Math.abs(wanted));
  });
  return { absolute, relative };
}

// The numbers are what each function is allowed; simd/vectorForms.ts promises them.
test.for([
  ['tanh(x)', 1e-6, [evenly(-12, 12), evenly(-1e4, 1e4), sizes(1e-30, 1)]],
  ['erf(x)', 5e-7, [evenly(-6, 6), evenly(-1e4, 1e4), sizes(1e-30, 1)]],
  ['sin(x)', 1e-6, [evenly(-10, 10), evenly(-1e3, 1e3), sizes(1e-30, 1)]],
  ['cos(x)', 1e-6, [evenly(-10, 10), evenly(-1e3, 1e3), sizes(1e-30, 1)]],
  ['softplus(x)', 1e-6, [evenly(-20, 20)]],
] as const)('%s is off by less than %f', ([formula, most, ranges]) => {
  for (const x of ranges) expect(errors(formula, x).absolute).toBeLessThan(most);
});

test.for([
  ['exp(x)', 1.5e-7, [evenly(-87, 88), evenly(88, 88.7), evenly(-1, 1)]],
  ['expm1(x)', 3e-7, [evenly(-20, 88.7), evenly(-2, 2), sizes(1e-30, 1), sizes(1e-30, 1, -1)]],
  ['log(x)', 2e-7, [sizes(1e-37, 3e38), evenly(0.5, 2), sizes(1e-44, 1e-38)]],
  ['log1p(x)', 3e-7, [sizes(1e-30, 3e38), sizes(1e-30, 0.9999, -1), evenly(-0.9, 3)]],
  ['sigmoid(x)', 3e-7, [evenly(-80, 80)]],
  ['sqrt(x)', 6e-8, [sizes(1e-37, 3e38)]],
  ['tanh(x)', 5e-7, [sizes(1e-30, 1), evenly(-12, 12)]],
  ['erf(x)', 5e-7, [sizes(1e-30, 1)]],
  ['x^5', 3e-7, [evenly(-9, 9)]],
  ['x^-2.5', 4e-7, [sizes(1e-9, 1e9)]],
  ['x^0.3', 1e-6, [sizes(1e-9, 1e9)]],
] as const)('%s is relatively off by less than %f', ([formula, most, ranges]) => {
  for (const x of ranges) expect(errors(formula, x).relative).toBeLessThan(most);
});

test('not-a-number comes through, and infinities and zeros go where they go in JavaScript', () => {
  const x = Float32Array.of(NaN, Infinity, -Infinity, 0, -1, 1e30, -1e30, 89, -104);
  const same = (formula: string) => {
    const wanted = Array.from(x, (value) => Math.fround(evaluateExpression(read(formula), { x: value })));
    const found = [...vectorized(formula)(x)];
    return wanted.flatMap((value, i) => {
      const isSame = Number.isFinite(value)
        ? Math.abs(found[i]! - value) <= 1e-6 * Math.abs(value)
        : Object.is(found[i], value);
      return isSame ? [] : [`${formula} of ${x[i]} is ${found[i]}, not ${value}`];
    });
  };
  const formulas = [
    ...['exp(x)', 'expm1(x)', 'log(x)', 'log1p(x)', 'tanh(x)', 'erf(x)', 'sqrt(x)', 'sigmoid(x)', 'softplus(x)'],
    ...['x^2', 'x^-1', 'abs(x)', 'max(0, x)', 'max(x, 0)', 'min(x, 1)', 'max(x, -x)', 'min(x, x * x)', '1 / x'],
    ...['if(x < 0, 1, 2)', 'if(x <= 0, x, 0)', 'if(x == 0, 0, x)', 'relu(x)', '-x', 'x - 1', 'x * 2', 'x / 2'],
  ];
  expect(formulas.flatMap(same)).toEqual([]);
});

test('waves of any number stay between -1 and 1', () => {
  for (const formula of ['sin(x)', 'cos(x)']) {
    const found = vectorized(formula)(Float32Array.of(1e5, -1e8, 1e30, -3e38, NaN, Infinity));
    expect([...found.subarray(0, 4)].every((y) => Math.abs(y) <= 1)).toBe(true);
    expect([...found.subarray(4)]).toEqual([NaN, NaN]);
  }
});
