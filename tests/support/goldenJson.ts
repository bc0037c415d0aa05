/** A value as JSON.parse gives it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Numbers with the shape they were listed in. */
export interface Listed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: Json | undefined, where: string): JsonObject {
  if (!isObject(value)) throw new Error(`${where} should be an object`);
  return value;
}

export function listOf(value: Json | undefined, where: string): readonly Json[] {
  if (!Array.isArray(value)) throw new Error(`${where} should be a list`);
  return value as readonly Json[];
}

export function numberOf(value: Json | undefined, where: string): number {
  if (typeof value !== 'number') throw new Error(`${where} should be a number`);
  return value;
}

export function textOf(value: Json | undefined, where: string): string {
  if (typeof value !== 'string') throw new Error(`${where} should be a text`);
  return value;
}

/** One number for both axes, or one for each: [vertical, horizontal]. */
export function pairOf(value: Json | undefined, where: string): readonly [number, number] {
  if (typeof value === 'number') return [value, value];
  const [vertical, horizontal] = listOf(value, where);
  return [numberOf(vertical, where), numberOf(horizontal, where)];
}

/** A tensor in any of the ways the files write one: {shape, data}, {shape, values}, nested lists, or one number. */
export function numbersOf(value: Json | undefined, where: string): Listed {
  if (typeof value === 'number') return { shape: [], data: [value] };
  if (isObject(value)) {
    const { data } = numbersOf(value.data ?? value.values, where);
    const shape = value.shape === undefined ? [data.length] : numbersOf(value.shape, where).data;
    if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new Error(`${where}: the data do not fill the shape`);
    return { shape, data };
  }
  const parts = listOf(value, where).map((part) => numbersOf(part, where));
  const inner = parts[0]?.shape ?? [];
  if (parts.some((part) => part.data.length !== parts[0]!.data.length)) throw new Error(`${where} is ragged`);
  return { shape: [parts.length, ...inner], data: parts.flatMap((part) => part.data) };
}
