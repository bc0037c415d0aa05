import * as tf from '@tensorflow/tfjs-core';
import { inputOptimizations, type OptimizationTarget, type OptimizedInput } from '#src';
import { unreadFields, type GoldenCase } from './goldenCase.ts';
import { nearLargest } from './goldenCompare.ts';
import { isObject, listOf, numberOf, numbersOf, objectOf, textOf, type Json, type JsonObject } from './goldenJson.ts';
import { withModel } from './goldenNets.ts';

/** Runs that name no range were made without one; these are the widest bounds the methods take. */
const WIDEST: readonly [number, number] = [-1000, 1000];

/** What a field of the file is compared with. */
type Results = Readonly<Record<string, (run: OptimizedInput) => ArrayLike<number>>>;

const after = ({ after }: OptimizedInput) => after;
const trace = ({ trace }: OptimizedInput) => trace;
const logitsAfter = ({ logitsAfter }: OptimizedInput) => logitsAfter;
const first = ({ trace }: OptimizedInput) => [trace[0]!];
const last = ({ trace }: OptimizedInput) => [trace.at(-1)!];

const ASCENT: Results = { trace, image: after };
const ATTACK: Results = {
  lossBefore: first,
  lossAfter: last,
  targetLossAfter: last,
  loss: trace,
  adversarial: after,
  logitsAfter,
};

/** Fields that say how a run is made. */
const ASCENT_SETTINGS = ['objective', 'start', 'lr', 'l2', 'normalise', 'steps'];
const ATTACK_SETTINGS = ['label', 'target', 'epsilon', 'stepSize', 'steps', 'randomStart', 'clip'];

interface Run {
  readonly method: string;
  readonly target: OptimizationTarget;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Runs by their name in the file, one entry or a list of them. */
const RUNS: Readonly<Record<string, { readonly read: (entry: JsonObject) => Run; readonly results: Results }>> = {
  activationMaximisation: { read: ascent, results: ASCENT },
  deepDream: { read: dream, results: ASCENT },
  fgsm: { read: (entry) => attack('fgsm', entry), results: ATTACK },
  fgsmTargeted: { read: (entry) => attack('fgsm', entry), results: ATTACK },
  pgdLinf: { read: (entry) => attack('pgd', entry, { norm: 'linf' }), results: ATTACK },
  pgdL2: { read: (entry) => attack('pgd', entry, { norm: 'l2' }), results: ATTACK },
};

/**
 * One case per run of an `inputOptimisation` section. Attacks go by the sign of the gradient, so an entry lost in float32
 * noise would show as a whole step; in these runs every |g| is at least 2e-6 of the largest and no sign differs.
 */
export function inputOptimizationCases(net: JsonObject, section: JsonObject, where: string): GoldenCase[] {
  return Object.entries(section).flatMap(([name, value]) => {
    const kind = `explainers/inputOptimisation/${name}`;
    if (!Object.hasOwn(RUNS, name)) return [{ kind, where: `${where}.${name}` }];
    const { read, results } = RUNS[name]!;
    const entries = isObject(value) ? [value] : listOf(value, name).map((entry) => objectOf(entry, name));
    return entries.map((entry, i) => ({
      kind,
      where: isObject(value) ? `${where}.${name}` : `${where}.${name}[${i}]`,
      check: async () => runProblems(net, read(entry), entry, results),
    }));
  });
}

const NORMALIZE: Readonly<Record<string, string>> = { none: 'none', 'divide by mean |g| + 1e-8': 'meanAbs' };
const START: Readonly<Record<string, string>> = { zeros: 'zeros', input: 'image' };

function ascent(entry: JsonObject): Run {
  const { lr, l2, steps } = entry;
  const normalize = wordIn(NORMALIZE, entry, 'normalise');
  const start = wordIn(START, entry, 'start');
  return {
    method: 'activationMaximization',
    target: targetOf(textOf(entry.objective, 'objective')),
    options: { stepSize: lr, steps, l2, normalize, start, ...rangeOf(entry) },
  };
}

/** The same, but for what a dream always does. */
function dream(entry: JsonObject): Run {
  const { target, options } = ascent(entry);
  const { normalize, start, l2 = 0, ...own } = options;
  if (normalize !== 'meanAbs' || start !== 'image' || l2 !== 0) throw new Error('not the dream we know');
  return { method: 'deepDream', target, options: own };
}

function wordIn(words: Readonly<Record<string, string>>, entry: JsonObject, field: string): string {
  const word = textOf(entry[field], field);
  if (!Object.hasOwn(words, word)) throw new Error(`unknown ${field}: "${word}"`);
  return words[word]!;
}

/** "logit 2", "spatial mean of relu2 channel 4", "half of mean square of relu2 activations" */
function targetOf(objective: string): OptimizationTarget {
  const logit = /^logit (\d+)$/.exec(objective);
  if (logit) return { kind: 'logit', class: Number(logit[1]) };
  const channel = /^spatial mean of (\S+) channel (\d+)$/.exec(objective);
  if (channel) return { kind: 'channel', node: channel[1]!, channel: Number(channel[2]) };
  const node = /^half of mean square of (\S+) activations$/.exec(objective);
  if (node) return { kind: 'node', node: node[1]! };
  throw new Error(`unknown objective: "${objective}"`);
}

function attack(method: string, entry: JsonObject, own: Record<string, unknown> = {}): Run {
  const { label, target, epsilon, stepSize, steps, randomStart } = entry;
  const given = { epsilon, stepSize, steps, randomStart };
  return {
    method,
    target: { kind: 'label', class: numberOf(target ?? label, 'label') },
    options: {
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      ...rangeOf(entry),
      ...own,
      targeted: target !== undefined,
    },
  };
}

function rangeOf({ clip }: JsonObject): { low: number; high: number } {
  const [low, high] = clip === undefined ? WIDEST : numbersOf(clip, 'clip').data;
  return { low: low!, high: high! };
}

async function runProblems(
  net: JsonObject,
  { method, target, options }: Run,
  entry: JsonObject,
  results: Results,
): Promise<string[]> {
  const settings = results === ATTACK ? ATTACK_SETTINGS : ASCENT_SETTINGS;
  const problems = unreadFields(entry, [...settings, ...Object.keys(results)]);
  return withModel(net, async (model) => {
    const { shape, data } = numbersOf(net.input, 'input');
    const x = tf.tensor([...data], [...shape]);
    try {
      const run = await inputOptimizations.get(method).run(model, x, target, options);
      return [
        ...problems,
        ...Object.entries(results).flatMap(([field, read]) => compared(field, read(run), entry[field])),
      ];
    } finally {
      x.dispose();
    }
  });
}

function compared(field: string, actual: ArrayLike<number>, expected: Json | undefined): string[] {
  if (expected === undefined) return [];
  const { data } = numbersOf(expected, field);
  return nearLargest(field, actual, data);
}
