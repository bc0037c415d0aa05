import { initializers, network, nodeOf, orthogonalFrom, random, type Initializer, type KernelSpec } from '#src';
import { sectionsOf, unreadFields, type GoldenCase } from './goldenCase.ts';
import { exactly, nearEach, type Tolerance } from './goldenCompare.ts';
import { listOf, numberOf, numbersOf, objectOf, type JsonObject } from './goldenJson.ts';

/** meta.tolerances.float64_js of the file: plain TypeScript in double precision. */
export const FLOAT64: Tolerance = { absolute: 1e-11, relative: 1e-9 };

/** Draws per distribution. The variance of n normal draws scatters by √(2 / n) = 0.3 %; five times that is allowed. */
const DRAWS = 200_000;
const SCATTER: Tolerance = { absolute: 0, relative: 5 * Math.sqrt(2 / DRAWS) };
/** The share of normal draws beyond 2σ, which a truncated normal does not have, and five times its scatter. */
const BEYOND_TWO_SIGMA = 0.0455;
const BEYOND_SCATTER = 5 * Math.sqrt((BEYOND_TWO_SIGMA * (1 - BEYOND_TWO_SIGMA)) / DRAWS);

const KIND = 'init-and-training/initialisers';

/** Moments of the schemes, and kernels made from listed Gaussian matrices. */
export function initializerCases(section: JsonObject, where: string): GoldenCase[] {
  const missing = (name: string) => () => [{ kind: `${KIND}/${name}`, where: `${where}.${name}` }];
  return sectionsOf(section, KIND, where, {
    moments: (list) =>
      listOf(list, 'moments').flatMap((entry, i) => momentCases(objectOf(entry, 'moments'), `${where}.moments[${i}]`)),
    orthogonal: (list) =>
      listOf(list, 'orthogonal').map((entry, i) => ({
        kind: `${KIND}/orthogonal`,
        where: `${where}.orthogonal[${i}]`,
        check: async () => orthogonalProblems(objectOf(entry, 'orthogonal')),
      })),
    delta_orthogonal: missing('delta_orthogonal'),
    // Constants of the truncated normal.
    constants: missing('truncatedNormal'),
  });
}

/** Fans of one kernel shape, then one case per scheme; a scheme is built when both its distributions are. */
function momentCases(entry: JsonObject, where: string): GoldenCase[] {
  const { shape, fan_in, fan_out, ...schemes } = entry;
  const kernel = numbersOf(shape, 'shape').data;
  const fans = {
    kind: `${KIND}/fans`,
    where,
    check: async () => {
      const spec = specOf(kernel);
      return [...exactly('fan_in', spec.fanIn, fan_in), ...exactly('fan_out', spec.fanOut, fan_out)];
    },
  };
  const cases = Object.entries(schemes).flatMap(([scheme, value]) => {
    const here = `${where}.${scheme}`;
    const both = [`${scheme}Normal`, `${scheme}Uniform`].filter((id) => initializers.has(id));
    if (both.length < 2) return [{ kind: `${KIND}/${scheme}`, where: here }];
    const expected = objectOf(value, scheme);
    const check = async () => both.flatMap((id) => momentProblems(initializers.get(id), kernel, expected));
    const truncated = Object.keys(expected).filter((key) => key.includes('truncated'));
    return [
      { kind: `${KIND}/${scheme}`, where: here, check },
      ...truncated.map((key) => ({ kind: `${KIND}/truncatedNormal`, where: `${here}.${key}` })),
    ];
  });
  return [fans, ...cases];
}

/** The fans our own layers give a kernel of this shape. */
function specOf(shape: readonly number[]): KernelSpec {
  const [height = 1, width = 1] = shape;
  const [inputs, outputs] = [shape[shape.length - 2]!, shape[shape.length - 1]!];
  const net =
    shape.length === 2
      ? network([inputs], [{ kind: 'dense', id: 'k', units: outputs }])
      : network([height, width, inputs], [{ kind: 'conv2d', id: 'k', filters: outputs, size: [height, width] }]);
  const { fanIn, fanOut } = nodeOf(net, 'k').params.kernel!;
  return { shape, fanIn: fanIn!, fanOut: fanOut! };
}

function momentProblems(initializer: Initializer, shape: readonly number[], expected: JsonObject): string[] {
  const spec = specOf(shape);
  const { id } = initializer;
  const v = initializer.variance!(spec);
  const read = ['variance', 'std', 'uniform_limit', 'tfjs_truncated_normal_realised_std'];
  const stated = { variance: v, std: Math.sqrt(v), uniform_limit: Math.sqrt(3 * v) };
  const variance = numberOf(expected.variance, 'variance');
  // Many draws of the same fans: what the sampler really does.
  const draws = initializer.draw({ ...spec, shape: [DRAWS] }, random(1, id));
  const mean = draws.reduce((sum, w) => sum + w, 0) / DRAWS;
  const spread = draws.reduce((sum, w) => sum + (w - mean) ** 2, 0) / (DRAWS - 1);
  const largest = draws.reduce((max, w) => Math.max(max, Math.abs(w)), 0);
  return [
    ...unreadFields(expected, read),
    ...Object.entries(stated).flatMap(([key, value]) =>
      expected[key] === undefined ? [] : nearEach(`${id} ${key}`, [value], [numberOf(expected[key], key)], FLOAT64),
    ),
    ...nearEach(`${id} drawn mean`, [mean], [0], { absolute: 5 * Math.sqrt(variance / DRAWS), relative: 0 }),
    ...nearEach(`${id} drawn variance`, [spread], [variance], SCATTER),
    ...(id.endsWith('Uniform') && expected.uniform_limit !== undefined
      ? limitProblems(id, largest, numberOf(expected.uniform_limit, 'uniform_limit'))
      : []),
    ...(id.endsWith('Normal') ? tailProblems(id, draws, Math.sqrt(variance)) : []),
  ];
}

/** The largest of many uniform draws lies just inside the limit, which float32 may round up. */
function limitProblems(id: string, largest: number, limit: number): string[] {
  const isInside = largest <= limit * (1 + 1e-7) && largest >= limit * 0.999;
  return isInside ? [] : [`${id}: draws reach ${largest}; the file's limit is ${limit}`];
}

function tailProblems(id: string, draws: Float32Array, sigma: number): string[] {
  const share = draws.filter((w) => Math.abs(w) > 2 * sigma).length / draws.length;
  const isNormal = Math.abs(share - BEYOND_TWO_SIGMA) <= BEYOND_SCATTER;
  return isNormal ? [] : [`${id}: ${share} of the draws lie beyond 2σ; a normal has ${BEYOND_TWO_SIGMA}`];
}

function orthogonalProblems(expected: JsonObject): string[] {
  const [rows, cols] = [numberOf(expected.rows, 'rows'), numberOf(expected.cols, 'cols')];
  const gaussian = Float64Array.from(numbersOf(expected.gaussian_tall, 'gaussian_tall').data);
  const weight = orthogonalFrom(gaussian, rows, cols, numberOf(expected.gain, 'gain'));
  return [
    ...unreadFields(expected, ['rows', 'cols', 'gain', 'gaussian_tall', 'weight']),
    ...nearEach('weight', weight, numbersOf(expected.weight, 'weight').data, FLOAT64),
  ];
}
