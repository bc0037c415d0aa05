/** eˣ, each within 2e-7 of it: 2ⁿ · e^r with |r| ≤ ln 2 / 2, and a polynomial for the rest (Moshier, Cephes, 1992). */
export function exponential(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87)), f32x4.splat(88));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.4426950408889634)));
  // ln 2 in two parts: the first has so few bits that its product with n is exact.
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  const rest = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(rest, power);
}

/** ln x for x ≥ 1: x = 2ⁿ · m, and ln m = 2 · artanh s with s = (m − 1) / (m + 1), |s| < 0.172, as a series. */
export function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let n = f64(i32(bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    n += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  const series = 1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13))))));
  return n * 0.6931471805599453 + 2 * s * series;
}

/** The first `count` of four numbers, `other` in place of the rest. */
export function keepPart(numbers: v128, count: i32, other: v128): v128 {
  return v128.bitselect(numbers, other, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count)));
}

export function sumOf(numbers: v128): f32 {
  return (
    f32x4.extract_lane(numbers, 0) +
    f32x4.extract_lane(numbers, 1) +
    (f32x4.extract_lane(numbers, 2) + f32x4.extract_lane(numbers, 3))
  );
}

export function largestOf(numbers: v128): f32 {
  const two = f32x4.pmax(numbers, i64x2.shuffle(numbers, numbers, 1, 0));
  return max(f32x4.extract_lane(two, 0), f32x4.extract_lane(two, 1));
}
