import type { CoreOperation } from '../expand.ts';
import { erfFit, tanhFit, type Rational } from '../rationals.ts';
import type { VectorList } from './vectors.ts';

/*
 * Float32 approximations without tables, four numbers at once; polynomials as in Cephes (Moshier 1984-1992: expf, logf, sinf,
 * cosf). Errors, tested: exp and expm1 2e-7 relative, log 2e-7 and log1p 3e-7 relative, sin and cos 1e-6 for |x| up to 1000,
 * tanh and erf 4e-7. NaN in, NaN out; infinities and zeros as in JavaScript.
 */

type Form = (v: VectorList, a: number, b: number, u: number, w: number) => number;

const add = (v: VectorList, a: number, b: number) => v.op('f32x4.add', a, b);
const sub = (v: VectorList, a: number, b: number) => v.op('f32x4.sub', a, b);
const mul = (v: VectorList, a: number, b: number) => v.op('f32x4.mul', a, b);
const times = (v: VectorList, a: number, factor: number) => mul(v, a, v.number(factor));

/** Horner's scheme, the highest coefficient first. */
function polynomial(v: VectorList, x: number, coefficients: readonly number[]): number {
  const [first, ...rest] = coefficients.map((c) => v.number(c)) as [number, ...number[]];
  return rest.reduce((sum, c) => add(v, mul(v, sum, x), c), first);
}

/** NaN stays. */
const clamp = (v: VectorList, x: number, low: number, high: number) =>
  v.op('f32x4.pmin', v.op('f32x4.pmax', x, v.number(low)), v.number(high));

/** `mask ? a : b`, where a zero saves an instruction. */
function select(v: VectorList, mask: number, a: number, b: number): number {
  if (Object.is(v.floatAt(b), 0)) return v.op('v128.and', a, mask);
  if (Object.is(v.floatAt(a), 0)) return v.op('v128.andnot', b, mask);
  return v.op('v128.bitselect', a, b, mask);
}

/** 2^n for whole n from −126 to 127. */
const powerOfTwo = (v: VectorList, n: number) => v.shift('i32x4.shl', v.op('i32x4.add', n, v.bits(127)), 23);

/** x = n ln 2 + r with |r| ≤ ln 2 / 2; gives n and e^r − 1. */
function splitExp(v: VectorList, x: number): { n: number; rest: number } {
  // Beyond these float32 has only 0 and Infinity.
  const inside = clamp(v, x, -104, 89);
  const n = v.op('f32x4.nearest', times(v, inside, Math.LOG2E));
  // ln 2 in two parts, the first so short that its product with n is exact.
  const r = sub(v, sub(v, inside, times(v, n, 0.693359375)), times(v, n, -2.121944400546906e-4));
  const p = polynomial(v, r, [
    ...[1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3],
    ...[4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  ]);
  return { n: v.op('i32x4.trunc_sat_f32x4_s', n), rest: add(v, mul(v, p, mul(v, r, r)), r) };
}

const exp: Form = (v, x) => {
  const { n, rest } = splitExp(v, x);
  // In two steps, so that 2^n itself never leaves the range.
  const half = v.shift('i32x4.shr_s', n, 1);
  const scaled = mul(v, add(v, rest, v.number(1)), powerOfTwo(v, half));
  return mul(v, scaled, powerOfTwo(v, v.op('i32x4.sub', n, half)));
};

const expm1: Form = (v, x) => {
  const { n, rest } = splitExp(v, x);
  // 2^n rest + (2^n − 1), with half of 2^n for the sake of n = 128; zero below n = −126, where all that is left is −1.
  const biased = v.op('i32x4.max_s', v.op('i32x4.add', n, v.bits(126)), v.bits(0));
  const half = v.shift('i32x4.shl', biased, 23);
  return times(v, add(v, mul(v, half, rest), sub(v, half, v.number(0.5))), 2);
};

const log: Form = (v, x) => {
  const isTiny = v.op('f32x4.lt', x, v.number(1.1754943508222875e-38));
  // Numbers below the normal ones have lost their exponent: 2^23 times as large they have one.
  const bits = v.op('v128.bitselect', times(v, x, 8388608), x, isTiny);
  // x = m 2^e with m from √½ to √2.
  const root = v.bits(0x3f3504f3);
  const shifted = v.op('i32x4.sub', bits, root);
  const m = v.op('i32x4.add', v.op('v128.and', shifted, v.bits(0x7fffff)), root);
  const whole = v.op('f32x4.convert_i32x4_s', v.shift('i32x4.shr_s', shifted, 23));
  const e = sub(v, whole, v.op('v128.and', v.number(23), isTiny));
  const f = sub(v, m, v.number(1));
  const z = mul(v, f, f);
  const p = polynomial(v, f, [
    ...[7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1],
    ...[-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1],
  ]);
  const tail = add(v, mul(v, mul(v, p, f), z), times(v, e, -2.121944400546906e-4));
  const sum = add(v, add(v, f, sub(v, tail, times(v, z, 0.5))), times(v, e, 0.693359375));
  const infinity = v.number(Infinity);
  const positive = select(v, v.op('f32x4.lt', x, infinity), sum, x);
  const other = select(v, v.op('f32x4.eq', x, v.number(0)), v.number(-Infinity), v.number(NaN));
  return select(v, v.op('f32x4.lt', v.number(0), x), positive, other);
};

const log1p: Form = (v, x) => {
  // log u plus what rounding took from u = 1 + x, divided by u; that is NaN where u is 0 or infinite, and left out.
  const u = add(v, x, v.number(1));
  const lost = v.op('f32x4.div', sub(v, x, sub(v, u, v.number(1))), u);
  return add(v, forms.log(v, u, u, u, u), v.op('v128.and', lost, v.op('f32x4.eq', lost, lost)));
};

/** x = n π/2 + r with |r| ≤ π/4. */
function quarters(v: VectorList, x: number): { n: number; sine: number; cosine: number } {
  const turns = v.op('f32x4.nearest', times(v, x, 2 / Math.PI));
  // π/2 in three parts; beyond |x| of 1e5 the rest is noise, and only kept in bounds.
  const parts = [1.5703125, 4.837512969970703e-4, 7.549789948768648e-8];
  const r = clamp(
    v,
    parts.reduce((rest, part) => sub(v, rest, times(v, turns, part)), x),
    -0.8,
    0.8,
  );
  const z = mul(v, r, r);
  const s = polynomial(v, z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
  const c = polynomial(v, z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
  return {
    n: v.op('i32x4.trunc_sat_f32x4_s', turns),
    sine: add(v, mul(v, mul(v, s, z), r), r),
    cosine: add(v, sub(v, mul(v, mul(v, c, z), z), times(v, z, 0.5)), v.number(1)),
  };
}

/** sin(r + n π/2) from sine and cosine of r. */
function turned(v: VectorList, n: number, sine: number, cosine: number): number {
  const isOdd = v.op('i32x4.eq', v.op('v128.and', n, v.bits(1)), v.bits(1));
  const sign = v.shift('i32x4.shl', v.op('v128.and', n, v.bits(2)), 30);
  return v.op('v128.xor', v.op('v128.bitselect', cosine, sine, isOdd), sign);
}

function rational(v: VectorList, x: number, { clamp: edge, above, below }: Rational): number {
  const inside = clamp(v, x, -edge, edge);
  const z = mul(v, inside, inside);
  return v.op('f32x4.div', mul(v, inside, polynomial(v, z, above)), polynomial(v, z, below));
}

/** With a constant on one side one instruction does it, and NaN still stays. */
const extreme =
  (general: 'f32x4.min' | 'f32x4.max', quick: 'f32x4.pmin' | 'f32x4.pmax'): Form =>
  (v, a, b) => {
    if (v.floatAt(b) !== undefined) return v.op(quick, a, b);
    return v.floatAt(a) === undefined ? v.op(general, a, b) : v.op(quick, b, a);
  };

const choice =
  (comparison: 'f32x4.lt' | 'f32x4.le' | 'f32x4.eq'): Form =>
  (v, a, b, u, w) =>
    select(v, v.op(comparison, a, b), u, w);

/** What each operation is in vector instructions. */
export const forms: Readonly<Record<CoreOperation, Form>> = {
  add,
  subtract: sub,
  multiply: mul,
  divide: (v, a, b) => v.op('f32x4.div', a, b),
  negate: (v, a) => v.op('f32x4.neg', a),
  // a^b = e^(b log a): NaN left of zero; the relative error grows with |b log a|.
  power: (v, a, b, u, w) => exp(v, mul(v, b, log(v, a, b, u, w)), b, u, w),
  min: extreme('f32x4.min', 'f32x4.pmin'),
  max: extreme('f32x4.max', 'f32x4.pmax'),
  abs: (v, a) => v.op('f32x4.abs', a),
  exp,
  expm1,
  log,
  log1p,
  sqrt: (v, a) => v.op('f32x4.sqrt', a),
  sin: (v, x) => {
    const { n, sine, cosine } = quarters(v, x);
    return turned(v, n, sine, cosine);
  },
  cos: (v, x) => {
    const { n, sine, cosine } = quarters(v, x);
    return turned(v, v.op('i32x4.add', n, v.bits(1)), sine, cosine);
  },
  tanh: (v, x) => rational(v, x, tanhFit),
  erf: (v, x) => clamp(v, rational(v, x, erfFit), -1, 1),
  ifLess: choice('f32x4.lt'),
  ifLessEqual: choice('f32x4.le'),
  ifEqual: choice('f32x4.eq'),
};
