import type { CoreOperation } from './expand.ts';
import { erfFit, tanhFit } from './rationals.ts';

/*
 * What WGSL's own functions lack: its sin and cos are off by 5e-4 and its tanh may overflow. The type `V` is f32 or a vector
 * of it, `W` the same of i32; whoever uses these texts declares both.
 */

/** A number as WGSL writes it; there is no infinity. */
export function wgslNumber(value: number): string {
  const largest = 3.4028234663852886e38;
  return `${Math.fround(Math.max(-largest, Math.min(largest, value)))}f`;
}

const splat = (value: number) => `V(${wgslNumber(value)})`;

/** Horner's scheme, the highest coefficient first. */
function polynomial(x: string, [first, ...rest]: readonly number[]): string {
  return rest.reduce((sum, c) => `(${sum} * ${x} + ${splat(c)})`, splat(first!));
}

const rational = (name: string, { clamp, above, below }: typeof tanhFit) => `
fn ${name}(x: V) -> V {
  let a = clamp(x, ${splat(-clamp)}, ${splat(clamp)});
  let z = a * a;
  return clamp(a * ${polynomial('z', above)} / ${polynomial('z', below)}, V(-1f), V(1f));
}`;

/** |x| up to 0.35, where 1 would swallow the digits; the polynomial of Cephes' expf (Moshier 1992). */
const expm1Of = `
fn expm1Of(x: V) -> V {
  let p = ${polynomial('x', [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1])};
  return select(expOf(x) - V(1f), p * x * x + x, abs(x) < V(0.35f));
}`;

/** log(1 + x) = 2 artanh(x / (2 + x)), as a series where x is small. */
const log1pOf = `
fn log1pOf(x: V) -> V {
  let s = x / (V(2f) + x);
  let z = s * s;
  let series = 2f * s * ${polynomial('z', [1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1])};
  return select(log(V(1f) + x), series, abs(x) < V(0.4f));
}`;

/** x = n π/2 + r with |r| ≤ π/4, and the polynomials of Cephes' sinf and cosf. */
const sineOf = `
fn sineOf(x: V, quarter: i32) -> V {
  let turns = round(x * ${splat(2 / Math.PI)});
  let reduced = x - turns * V(1.5703125f) - turns * ${splat(4.837512969970703e-4)} - turns * ${splat(7.549789948768648e-8)};
  let r = clamp(reduced, V(-0.8f), V(0.8f));
  let z = r * r;
  let sine = ${polynomial('z', [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1])} * z * r + r;
  let cosine = ${polynomial('z', [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2])} * z * z - 0.5f * z + V(1f);
  let n = W(turns) + W(quarter);
  let turned = select(sine, cosine, (n & W(1)) == W(1));
  return select(turned, -turned, (n & W(2)) == W(2));
}`;

/** Beyond these float32 has only 0 and infinity. */
const expOf = `
fn expOf(x: V) -> V {
  return exp(clamp(x, V(-87.3f), V(88.7f)));
}`;

/** The functions the forms call, in the order in which they need each other. */
const helpers: readonly (readonly [name: string, text: string])[] = [
  ['expOf', expOf],
  ['expm1Of', expm1Of],
  ['log1pOf', log1pOf],
  ['sineOf', sineOf],
  ['tanhOf', rational('tanhOf', tanhFit)],
  ['erfOf', rational('erfOf', erfFit)],
];

/** The helpers that a text calls. */
export function wgslHelpers(text: string): string {
  let all = text;
  for (const [name, body] of helpers.toReversed()) if (all.includes(`${name}(`)) all = `${body}\n${all}`;
  return all.slice(0, all.length - text.length);
}

type Form = (a: string, b: string, u: string, v: string) => string;

const operator =
  (sign: string): Form =>
  (a, b) =>
    `(${a} ${sign} ${b})`;

const choice =
  (sign: string): Form =>
  (a, b, u, v) =>
    `select(${v}, ${u}, ${a} ${sign} ${b})`;

/** What each operation is in WGSL, on operands of type V. */
export const wgslForms: Readonly<Record<CoreOperation, Form>> = {
  add: operator('+'),
  subtract: operator('-'),
  multiply: operator('*'),
  divide: operator('/'),
  negate: (a) => `(-${a})`,
  power: (a, b) => `pow(${a}, ${b})`,
  min: (a, b) => `min(${a}, ${b})`,
  max: (a, b) => `max(${a}, ${b})`,
  abs: (a) => `abs(${a})`,
  exp: (a) => `expOf(${a})`,
  expm1: (a) => `expm1Of(${a})`,
  log: (a) => `log(${a})`,
  log1p: (a) => `log1pOf(${a})`,
  sqrt: (a) => `sqrt(${a})`,
  sin: (a) => `sineOf(${a}, 0)`,
  cos: (a) => `sineOf(${a}, 1)`,
  tanh: (a) => `tanhOf(${a})`,
  erf: (a) => `erfOf(${a})`,
  ifLess: choice('<'),
  ifLessEqual: choice('<='),
  ifEqual: choice('=='),
};
