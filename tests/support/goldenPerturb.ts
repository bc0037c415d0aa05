import { listOf, objectOf, type Json, type JsonObject } from './goldenJson.ts';
import { allowedToBeMissing, casesOf, checkGolden, ownFolder, readGolden } from './golden.ts';

export type Path = readonly (string | number)[];

/** The value at a path. */
export function at(value: Json, path: Path): Json {
  return path.reduce<Json>((found, key) => (found as Record<string | number, Json>)[key]!, value);
}

/** A copy in which one value is another. */
export function changed(value: JsonObject, path: Path, to: Json): JsonObject {
  const copy = structuredClone(value) as JsonObject;
  (at(copy, path.slice(0, -1)) as Record<string | number, Json>)[path[path.length - 1]!] = to;
  return copy;
}

/** A file with the named sections only, so that a test is quick. */
export function only(name: string, sections: JsonObject): JsonObject {
  return { meta: readGolden(ownFolder, name).meta ?? {}, ...sections };
}

export function firstOf(name: string, section: string, count = 1): JsonObject {
  return only(name, { [section]: listOf(readGolden(ownFolder, name)[section], section).slice(0, count) });
}

export function netOf(name: string): JsonObject {
  const nets = objectOf(readGolden(ownFolder, 'explainers.json').nets, 'nets');
  return only('explainers.json', { nets: { [name]: nets[name]! } });
}

export const failuresOf = async (file: JsonObject, name: string) =>
  (await checkGolden(casesOf(file, name), allowedToBeMissing())).failures;

/** One net of the explainers' file with the named sections only. */
export function sectionsOfNet(name: string, sections: readonly string[]): JsonObject {
  const net = objectOf(at(netOf(name), ['nets', name]), name);
  const kept = Object.fromEntries(Object.entries(net).filter(([key]) => sections.includes(key)));
  return only('explainers.json', { nets: { [name]: kept } });
}
