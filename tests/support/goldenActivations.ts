import * as tf from '@tensorflow/tfjs-core';
import { startOf, type Activation } from '#src';
import { builtActivation, FLOAT32, FLOAT64, MOMENTS } from './goldenBuiltActivation.ts';
import { sectionsOf, unreadFields, type GoldenCase } from './goldenCase.ts';
import { exactly, nearEach } from './goldenCompare.ts';
import { ensembleCase, pairwiseCases } from './goldenGates.ts';
import { listOf, numberOf, numbersOf, objectOf, textOf, type Json, type JsonObject } from './goldenJson.ts';
import { gaussianMoments } from './goldenMoments.ts';
import { numbersFrom } from './goldenNets.ts';

/** activations.json. */
export function activationsCases(file: JsonObject, where: string): GoldenCase[] {
  const each = (section: string, cases: (name: string, value: JsonObject) => GoldenCase[]) => (value: Json) =>
    Object.entries(objectOf(value, section)).flatMap(([name, entry]) => cases(name, objectOf(entry, name)));
  const notBuilt = (section: string) => () => [{ kind: `activations/${section}`, where: `${where}.${section}` }];
  return sectionsOf(file, 'activations', where, {
    meta: 'used by others',
    elementwise: each('elementwise', (name, entry) => elementwiseCases(name, entry, `${where}.elementwise.${name}`)),
    pairwise: (value) => pairwiseCases(objectOf(value, 'pairwise'), `${where}.pairwise`),
    kary: each('kary', (k, { functions }) =>
      Object.keys(objectOf(functions, 'functions')).map((name) => ({
        kind: `activations/kary/${name}`,
        where: `${where}.kary.${k}.${name}`,
      })),
    ),
    ensembles: (value) =>
      listOf(value, 'ensembles').map((entry, i) =>
        ensembleCase(objectOf(entry, 'ensemble'), `${where}.ensembles[${i}]`),
      ),
    units: each('units', (name) => [{ kind: `activations/units/${name}`, where: `${where}.units.${name}` }]),
    gaussianPreactivation: notBuilt('gaussianPreactivation'),
    xorSingleNeuron: (value) =>
      listOf(value, 'xorSingleNeuron').map((entry, i) =>
        xorCase(objectOf(entry, 'xor'), `${where}.xorSingleNeuron[${i}]`),
      ),
    gaussianMoments: (value) =>
      Object.entries(objectOf(objectOf(value, 'gaussianMoments').functions, 'functions')).map(([name, moments]) =>
        momentsCase(file, name, objectOf(moments, name), `${where}.gaussianMoments.${name}`),
      ),
  });
}

function elementwiseCases(name: string, entry: JsonObject, where: string): GoldenCase[] {
  const kind = `activations/elementwise/${name}`;
  const activation = builtActivation(name, 1);
  if (!activation) return [{ kind, where }];
  const description = unreadFields(entry, ['defaults', 'trainable', 'cases']);
  return listOf(entry.cases, 'cases').map((value, i) => ({
    kind,
    where: `${where}[${i}]`,
    check: async () => [...description, ...(await elementwiseProblems(activation, objectOf(value, 'case')))],
  }));
}

/** A cotangent that tells places apart; any numbers that float32 holds exactly would do. */
const cotangent = (length: number) => Array.from({ length }, (_, i) => ((i * 5) % 7) / 4 - 0.75);

/** Values from both forms, the slope, and the slope by every shape parameter; then both once more through gy. */
async function elementwiseProblems(activation: Activation, expected: JsonObject): Promise<string[]> {
  const x = numbersOf(expected.x, 'x').data;
  const given = Object.entries(objectOf(expected.params ?? {}, 'params')).map(
    ([key, value]) => [key, numberOf(value, key)] as const,
  );
  const params: Record<string, number> = { ...startOf(activation), ...Object.fromEntries(given) };
  const unknown = Object.keys(params).filter((key) => !Object.hasOwn(activation.params, key));
  if (unknown.length > 0) return [`${activation.id} has no shape parameter "${unknown.join('", "')}"`];

  const names = Object.keys(params);
  const gy = cotangent(x.length);
  const apply = (...[input, ...shapes]: tf.Tensor[]) =>
    activation.apply([input!], Object.fromEntries(names.map((name, i) => [name, shapes[i]!])));
  const computed = await numbersFrom(() => {
    // One parameter per entry gives the slope per entry; one for all gives the sum a training step uses.
    const perEntry = [tf.tensor1d([...x]), ...names.map((name) => tf.fill([x.length], params[name]!))];
    const shared = [tf.tensor1d([...x]), ...names.map((name) => tf.tensor1d([params[name]!]))];
    const slopes = tf.grads(apply)(perEntry);
    const pulled = tf.grads(apply)(shared, tf.tensor1d(gy));
    const of = (prefix: string, [dx, ...dp]: tf.Tensor[]) => ({
      [`${prefix}x`]: dx!,
      ...Object.fromEntries(dp.map((d, i) => [`${prefix}p ${names[i]}`, d])),
    });
    return { y: apply(...shared), ...of('d', slopes), ...of('g', pulled) };
  });

  const skip = new Set(expected.skipGradAt === undefined ? [] : numbersOf(expected.skipGradAt, 'skipGradAt').data);
  const slope = (what: string, golden: Json | undefined, ours: Float32Array, sum: Float32Array | undefined) => {
    if (golden === undefined) return [];
    const { data } = numbersOf(golden, what);
    const each = nearEach(what, ours, data, FLOAT32, skip);
    return sum ? [...each, ...sumProblems(what, sum, data, gy, skip)] : each;
  };
  const y = numbersOf(expected.y, 'y').data;
  const dp = objectOf(expected.dp ?? {}, 'dp');
  const unknownSlopes = Object.keys(dp).filter((key) => !names.includes(key));
  return [
    ...unreadFields(expected, ['params', 'x', 'y', 'dx', 'dp', 'skipGradAt']),
    ...unknownSlopes.map((key) => `dp names "${key}", which is no shape parameter`),
    ...nearEach('y', computed.y!, y, FLOAT32),
    ...nearEach(
      'scalar',
      x.map((value) => activation.scalar([value], params)),
      y,
      FLOAT64,
    ),
    ...slope('dx', expected.dx, computed.dx!, undefined),
    ...(expected.dx === undefined ? [] : pulledProblems(computed.gx!, numbersOf(expected.dx, 'dx').data, gy, skip)),
    ...names.flatMap((name) => slope(`dp ${name}`, dp[name], computed[`dp ${name}`]!, computed[`gp ${name}`])),
  ];
}

/** gx = gy · dx. */
function pulledProblems(
  gx: Float32Array,
  dx: readonly number[],
  gy: readonly number[],
  skip: ReadonlySet<number>,
): string[] {
  const expected = dx.map((d, i) => d * gy[i]!);
  return nearEach('gx', gx, expected, FLOAT32, skip);
}

/** The gradient of a shared parameter, Σ gy · dp; the error of a sum grows with its largest terms. */
function sumProblems(
  what: string,
  sum: Float32Array,
  dp: readonly number[],
  gy: readonly number[],
  skip: ReadonlySet<number>,
): string[] {
  // A skipped place is a kink at 0, where the slope by a parameter is continuous: it may stay in the sum.
  const terms = dp.map((d, i) => d * gy[i]!);
  const size = terms.reduce((total, t, i) => (skip.has(i) ? total : total + Math.abs(t)), 0);
  const expected = terms.reduce((a, b) => a + b, 0);
  return nearEach(`Σ gy · ${what}`, sum, [expected], {
    absolute: FLOAT32.absolute + FLOAT32.relative * size,
    relative: 0,
  });
}

/** y = g(w · x + b) on the four corners, and that the threshold separates them. */
function xorCase(entry: JsonObject, where: string): GoldenCase {
  const name = textOf(entry.activation, 'activation');
  const kind = `activations/xorSingleNeuron/${name}`;
  const activation = builtActivation(name, 1);
  if (!activation) return { kind, where };
  const check = async () => {
    const params = { ...startOf(activation), ...(objectOf(entry.params ?? {}, 'params') as Record<string, number>) };
    const w = numbersOf(entry.w, 'w').data;
    const [b, threshold] = [numberOf(entry.b, 'b'), numberOf(entry.threshold, 'threshold')];
    const outputs = listOf(entry.inputs, 'inputs').map((input) => {
      const z = numbersOf(input, 'inputs').data.reduce((sum, value, i) => sum + value * w[i]!, b);
      return activation.scalar([z], params);
    });
    return [
      ...unreadFields(entry, ['activation', 'params', 'inputs', 'w', 'b', 'threshold', 'outputs', 'target']),
      ...nearEach('outputs', outputs, numbersOf(entry.outputs, 'outputs').data, FLOAT64),
      ...exactly(
        'target',
        outputs.map((y) => (y > threshold ? 1 : 0)),
        entry.target,
      ),
    ];
  };
  return { kind, where, check };
}

/** Moments on a normal, by quadrature of `scalar` at the file's own defaults. */
function momentsCase(file: JsonObject, name: string, expected: JsonObject, where: string): GoldenCase {
  const kind = `activations/gaussianMoments/${name}`;
  const activation = builtActivation(name, 1);
  if (!activation) return { kind, where };
  const check = async () => {
    const entry = objectOf(objectOf(file.elementwise ?? {}, 'elementwise')[name] ?? {}, name);
    const params = {
      ...startOf(activation),
      ...(objectOf(entry.defaults ?? {}, 'defaults') as Record<string, number>),
    };
    const moments = gaussianMoments((z) => activation.scalar([z], params), activation.kinks);
    return Object.entries(expected).flatMap(([key, value]) =>
      Object.hasOwn(moments, key)
        ? nearEach(key, [moments[key as keyof typeof moments]], [numberOf(value, key)], MOMENTS)
        : [`nobody reads the moment "${key}"`],
    );
  };
  return { kind, where, check };
}
