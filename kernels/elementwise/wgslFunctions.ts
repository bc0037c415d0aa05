import { erfFit, tanhFit, type Rational } from './rationals.ts';

const LARGEST = 3.4028234663852886e38;

/** A number as WGSL writes a float32; it has no infinity. */
export function wgslNumber(value: number): string {
  const text = `${Math.fround(Math.max(-LARGEST, Math.min(LARGEST, value)))}f`;
  return value < 0 ? `(${text})` : text;
}

/** Horner's scheme, the highest coefficient first. */
const polynomial = (x: string, coefficients: readonly number[]): string =>
  coefficients.map(wgslNumber).reduce((sum, c) => `(${sum} * ${x} + ${c})`);

const rational = ({ clamp: edge, above, below }: Rational): string => `
  let c = clamp(x, ${wgslNumber(-edge)}, ${wgslNumber(edge)});
  let z = c * c;
  return clamp(c * ${polynomial('z', above)} / ${polynomial('z', below)}, -1f, 1f);`;

/**
 * Functions in the place of WGSL's own, which promise less than float32 holds (sin and cos 2^-11, and that from -π to π alone;
 * log 2^-21 near 1; tanh 1e-5) or nothing at all where they overflow. Their names begin with `nl_`.
 */
export const wgslFunctions = `
fn nl_exp(x: f32) -> f32 {
  return exp(clamp(x, -104f, 88.7f));
}
fn nl_tanh(x: f32) -> f32 {${rational(tanhFit)}
}
fn nl_erf(x: f32) -> f32 {${rational(erfFit)}
}
fn nl_expm1(x: f32) -> f32 {
  // Near zero e^x − 1 = 2 t / (1 − t) with t = tanh(x / 2).
  let t = nl_tanh(0.5f * clamp(x, -1f, 1f));
  return select(nl_exp(x) - 1f, 2f * t / (1f - t), abs(x) < 1f);
}
fn nl_log1p(x: f32) -> f32 {
  // Near zero log(1 + x) = 2 artanh(x / (2 + x)), as a series.
  let s = x / (2f + x);
  let z = s * s;
  let near = 2f * s * ${polynomial('z', [1 / 9, 1 / 7, 1 / 5, 1 / 3, 1])};
  return select(log(1f + x), near, x > -0.3f && x < 0.4f);
}
fn nl_log(x: f32) -> f32 {
  return select(log(x), nl_log1p(x - 1f), x > 0.7f && x < 1.4f);
}
fn nl_power(x: f32, n: f32) -> f32 {
  return select(0f, nl_exp(n * log(x)), x > 0f);
}
// x = n π/2 + r, with π/2 in three parts; then sin or cos of r, by polynomials, and the sign.
fn nl_wave(x: f32, shift: i32) -> f32 {
  let turns = round(x * ${wgslNumber(2 / Math.PI)});
  let r = clamp(((x - turns * 1.5703125f) - turns * ${wgslNumber(4.837512969970703e-4)}) - turns * ${wgslNumber(7.549789948768648e-8)}, -0.8f, 0.8f);
  let z = r * r;
  let s = r + r * z * ${polynomial('z', [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1])};
  let c = 1f - 0.5f * z + z * z * ${polynomial('z', [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2])};
  let n = i32(clamp(turns, -1e9f, 1e9f)) + shift;
  let wave = select(s, c, (n & 1) == 1);
  return select(wave, -wave, (n & 2) == 2);
}
`.trim();
