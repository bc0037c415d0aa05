import { composites, type Composite } from '#src';
import type { GoldenCase } from './goldenCase.ts';
import { objectOf, type JsonObject } from './goldenJson.ts';
import { relevanceProblems } from './goldenRelevance.ts';

/** Methods that are one walk with a composite, by their name in the files. */
const WALKED: Readonly<Record<string, (numbers: readonly number[]) => Composite>> = {
  gradient: () => composites.get('gradientOnly')(),
  guidedBackprop: () => composites.get('guidedBackprop')(),
  deconvnet: () => composites.get('deconvnet')(),
  betaSmooth: ([beta]) => composites.get('betaSmooth')(beta === undefined ? {} : { beta }),
};

/** One case per method of a `gradients` section. */
export function gradientCases(net: JsonObject, methods: JsonObject, where: string): GoldenCase[] {
  return Object.entries(methods).map(([name, value]) => {
    const here = `${where}.${name}`;
    // "betaSmooth(10)" is betaSmooth with a setting.
    const [, id = name, list = ''] = /^([^()]+)(?:\((.*)\))?$/.exec(name) ?? [];
    const kind = `explainers/gradients/${id}`;
    if (!Object.hasOwn(WALKED, id)) return { kind, where: here };
    const composite = WALKED[id]!(list === '' ? [] : list.split(',').map(Number));
    return { kind, where: here, check: () => relevanceProblems(net, composite, objectOf(value, name), true) };
  });
}
