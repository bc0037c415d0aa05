import type { Json, JsonObject } from './goldenJson.ts';

/** One thing a reference file asks for. Without `check` its kind is not built here. */
export interface GoldenCase {
  /** "explainers/lrp/rule:gamma": what not-built.json lists. */
  readonly kind: string;
  /** Where in the file it stands, for messages. */
  readonly where: string;
  /** One sentence per number that differs. */
  readonly check?: () => Promise<readonly string[]>;
}

/** Fields that explain and hold no result. */
const REMARK = /^(.*note|name|id|comment|description|source|reference|about|title|group)$/i;

/** What becomes of a section: cases, or nothing where it only feeds others. */
export type Handlers = Readonly<Record<string, ((value: Json) => readonly GoldenCase[]) | 'used by others'>>;

/** Cases of every section of an object. A section nobody handles is a kind of its own, not built. */
export function sectionsOf(value: JsonObject, kind: string, where: string, handlers: Handlers): GoldenCase[] {
  return Object.entries(value).flatMap(([key, section]) => {
    const handler = Object.hasOwn(handlers, key) ? handlers[key]! : undefined;
    if (handler === 'used by others' || (!handler && REMARK.test(key))) return [];
    if (!handler) return [{ kind: `${kind}/${key}`, where: `${where}.${key}` }];
    return handler(section);
  });
}

/** Fields of a case that no check reads: a number nobody looks at would pass unseen. */
export function unreadFields(value: JsonObject, read: readonly string[]): string[] {
  return Object.keys(value)
    .filter((key) => !read.includes(key) && !REMARK.test(key))
    .map((key) => `nobody reads the field "${key}"`);
}
