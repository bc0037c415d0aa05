/** What the specification of the explainers allows float32: this share of the largest value, see relativeTo. */
export const SHARE_OF_LARGEST = 1e-4;
/** Where the reference itself loses more in float32, twenty times that loss. */
const DEVIATIONS = 20;

/** The tolerance for a map whose reference deviates by this much between float32 and float64. */
export function toleranceFor(f32Deviation = 0): number {
  return Math.max(SHARE_OF_LARGEST, DEVIATIONS * f32Deviation);
}

type Numbers = ArrayLike<number>;

function lengthsDiffer(what: string, actual: Numbers, expected: Numbers): string[] {
  if (actual.length === expected.length) return [];
  return [`${what}: ${actual.length} numbers; the file has ${expected.length}`];
}

/** Largest difference over largest golden value: near-zero entries make a ratio per entry meaningless. */
export function nearLargest(what: string, actual: Numbers, expected: Numbers, tolerance = SHARE_OF_LARGEST): string[] {
  const problem = lengthsDiffer(what, actual, expected);
  if (problem.length > 0) return problem;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  return nearEach(what, actual, expected, { absolute: tolerance * largest, relative: 0 });
}

export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** |a − b| ≤ absolute + relative · |b| for every entry; entries in `skip` are left out. */
export function nearEach(
  what: string,
  actual: Numbers,
  expected: Numbers,
  { absolute, relative }: Tolerance,
  skip: ReadonlySet<number> = new Set(),
): string[] {
  const problem = lengthsDiffer(what, actual, expected);
  if (problem.length > 0) return problem;
  let worst = 1;
  let message: string[] = [];
  for (let i = 0; i < expected.length; i++) {
    if (skip.has(i)) continue;
    const difference = Math.abs(actual[i]! - expected[i]!);
    const allowed = absolute + relative * Math.abs(expected[i]!);
    // Negated, so that NaN fails too.
    if (difference <= allowed) continue;
    const excess = difference / allowed;
    if (!(excess <= worst)) {
      worst = excess;
      message = [
        `${what}: ${actual[i]} at ${i}; the file has ${expected[i]} (allowed ±${allowed.toExponential(1)}, off by ${difference.toExponential(1)})`,
      ];
    }
  }
  return message;
}

/**
 * The tighter of "absolute" and `relative` of the largest golden value, plus `relative` of each: an absolute tolerance
 * made for numbers near 1 would say nothing about a case of tiny ones.
 */
export function nearScaled(what: string, actual: Numbers, expected: Numbers, tolerance: Tolerance): string[] {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  const absolute = Math.min(tolerance.absolute, tolerance.relative * largest);
  return nearEach(what, actual, expected, { absolute, relative: tolerance.relative });
}

/** The same, to the last bit or letter. */
export function exactly(what: string, actual: unknown, expected: unknown): string[] {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  return a === b ? [] : [`${what}: ${a}; the file has ${b}`];
}
