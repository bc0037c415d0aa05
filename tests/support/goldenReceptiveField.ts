import { fieldAt, theoreticalFields, type Network, type TheoreticalField } from '#src';
import { exactly } from './goldenCompare.ts';
import { isObject, numberOf, pairOf, type JsonObject } from './goldenJson.ts';

/** What the file says of unit 0 of each node, from our theoretical fields. */
export function fieldProblems(built: Network, rf: JsonObject): string[] {
  const fields = theoreticalFields(built);
  return Object.entries(rf).flatMap(([id, expected]) => {
    const field = fields.get(id);
    if (field === undefined) return [`rf names "${id}", which is no node`];
    if (field === 'global' || !isObject(expected)) return exactly(`field of ${id}`, field, expected);
    return [
      ...fieldNumberProblems(id, field, expected),
      ...(expected.inputsAligned === undefined
        ? []
        : exactly(`inputsAligned of ${id}`, field.aligned, isAligned(id, built, rf))),
    ];
  });
}

/** Jump, size, first pixel and centre of a node's unit 0. */
export function fieldNumberProblems(id: string, field: TheoreticalField, expected: JsonObject): string[] {
  const { top, left, height, width } = fieldAt(field, [0, 0]);
  const jump = [field.rows.jump, field.columns.jump];
  const ours: Readonly<Record<string, number>> = {
    height,
    width,
    firstRow: top,
    firstCol: left,
    centreRowOfUnit0: top + (height - 1) / 2,
    centreColOfUnit0: left + (width - 1) / 2,
  };
  return Object.entries(expected).flatMap(([key, value]) => {
    if (key === 'inputsAligned') return [];
    if (key === 'jump') return exactly(`jump of ${id}`, jump, pairOf(value, 'jump'));
    if (!Object.hasOwn(ours, key)) return [`nobody reads the field "${key}" of ${id}`];
    return exactly(`${key} of ${id}`, ours[key], numberOf(value, key));
  });
}

/**
 * The file's flag may speak of a node's own inputs; ours speaks of all paths before it. They agree when ours is the
 * file's flag of the node and of everything below it.
 */
function isAligned(id: string, built: Network, rf: JsonObject): boolean {
  const own = rf[id];
  if (isObject(own) && own.inputsAligned === false) return false;
  const node = built.nodes.find((candidate) => candidate.id === id);
  return node?.from.every((source) => isAligned(source, built, rf)) ?? true;
}
