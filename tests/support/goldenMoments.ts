/** Nodes and weights of the five-point Gauss–Legendre rule on [−1, 1]. */
const INNER = Math.sqrt(5 - 2 * Math.sqrt(10 / 7)) / 3;
const OUTER = Math.sqrt(5 + 2 * Math.sqrt(10 / 7)) / 3;
const NODES = [-OUTER, -INNER, 0, INNER, OUTER];
const [W_OUTER, W_INNER, W_ZERO] = [(322 - 13 * Math.sqrt(70)) / 900, (322 + 13 * Math.sqrt(70)) / 900, 128 / 225];
const WEIGHTS = [W_OUTER, W_INNER, W_ZERO, W_INNER, W_OUTER];

/** Beyond ten standard deviations a normal holds 1e-23. */
const REACH = 10;
const PANELS_PER_UNIT = 10;
/** Central difference of a float64 function: the error is about 1e-10. It stays smaller than the distance to a kink. */
const STEP = 1e-5;

const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** ∫ f over [a, b] by panels; f must be smooth inside. */
function integrate(f: (z: number) => number, a: number, b: number): number {
  const panels = Math.max(1, Math.ceil((b - a) * PANELS_PER_UNIT));
  const half = (b - a) / panels / 2;
  let sum = 0;
  for (let p = 0; p < panels; p++) {
    const middle = a + (2 * p + 1) * half;
    NODES.forEach((node, i) => {
      sum += WEIGHTS[i]! * half * f(middle + node * half);
    });
  }
  return sum;
}

/** E f(z) for z ~ N(0, 1), cut at the kinks of f. */
function expectation(f: (z: number) => number, kinks: readonly number[]): number {
  const cuts = [-REACH, ...[...kinks].filter((k) => Math.abs(k) < REACH).sort((a, b) => a - b), REACH];
  return cuts.slice(1).reduce((sum, cut, i) => sum + integrate((z) => f(z) * density(z), cuts[i]!, cut), 0);
}

export interface GaussianMoments {
  readonly mean: number;
  readonly var: number;
  readonly meanSquare: number;
  readonly slopeMeanSquare: number;
}

/** Mean, variance, mean square and mean squared slope of f(z), z ~ N(0, 1). */
export function gaussianMoments(f: (z: number) => number, kinks: readonly number[]): GaussianMoments {
  const mean = expectation(f, kinks);
  const slope = (z: number) => (f(z + STEP) - f(z - STEP)) / (2 * STEP);
  return {
    mean,
    var: expectation((z) => (f(z) - mean) ** 2, kinks),
    meanSquare: expectation((z) => f(z) ** 2, kinks),
    slopeMeanSquare: expectation((z) => slope(z) ** 2, kinks),
  };
}

/** E f(y, z) for two independent normals, f with kinks on both axes and on the diagonal. */
function expectation2(f: (y: number, z: number) => number): number {
  return expectation((y) => expectation((z) => f(y, z), [0, y]), [0]);
}

/** Mean and standard deviation of a gate of two normals: what its normalised variant subtracts and divides by. */
export function gateMoments(f: (y: number, z: number) => number): { readonly mu: number; readonly sigma: number } {
  const mu = expectation2(f);
  return { mu, sigma: Math.sqrt(expectation2((y, z) => (f(y, z) - mu) ** 2)) };
}
