/**
 * Elementary functions built from +, -, *, / and sqrt alone. ECMAScript leaves the last bit of Math.log and Math.sin
 * to the engine; IEEE 754 fixes these five operations. Seeded numbers that go through here are the same bits in Node,
 * Chromium, Firefox and Safari.
 */

const bits = new DataView(new ArrayBuffer(8));
const LN2 = 0.6931471805599453;
const PI = 3.141592653589793;

/** Natural logarithm of a positive normal number, absolute error below 1e-15. */
export function log(x: number): number {
  bits.setFloat64(0, x);
  let exponent = ((bits.getUint32(0) >>> 20) & 0x7ff) - 1023;
  bits.setUint32(0, (bits.getUint32(0) & 0x000fffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  // log m = 2 artanh s = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1)/(m + 1), |s| < 0.172.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let k = 19; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return exponent * LN2 + 2 * s * sum;
}

/** Sine, absolute error below 1e-14 for |x| < 1000. */
export function sin(x: number): number {
  const turns = Math.round(x / PI);
  const r = x - turns * PI; // |r| <= pi/2
  const square = r * r;
  let sum = 1;
  for (let k = 19; k >= 3; k -= 2) sum = 1 - (square / (k * (k - 1))) * sum;
  return turns % 2 === 0 ? r * sum : -r * sum;
}

/** Cosine, absolute error below 1e-14 for |x| < 1000. */
export function cos(x: number): number {
  return sin(x + PI / 2);
}
