import { InputError } from './errors.ts';

/** One setting of an item: its default, what it means, and a parser that refuses what does not fit. */
export interface Option<T> {
  readonly default: T;
  /** Shown beside the control: "kernel size in pixels". */
  readonly summary: string;
  /** What a right value looks like, completing the sentence "use …". */
  readonly expected: string;
  /** Bounds of a number, both allowed: a slider runs between them. */
  readonly min?: number;
  readonly max?: number;
  /** 1 for whole numbers. */
  readonly step?: number;
  /** What there is to choose from. */
  readonly choices?: readonly T[];
  /** The value in its canonical form, or undefined when it does not fit. */
  parse(value: unknown): T | undefined;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;
export type OptionValues<S extends OptionTable> = {
  readonly [K in keyof S]: S[K] extends Option<infer T> ? T : never;
};

const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);

/** A whole number between two bounds, both allowed. */
export function whole(initial: number, summary: string, min = 1, max = 65536): Option<number> {
  return {
    default: initial,
    summary,
    expected: `a whole number from ${min} to ${max}`,
    min,
    max,
    step: 1,
    parse: (value) => (isWhole(value) && value >= min && value <= max ? value : undefined),
  };
}

/** A finite number between two bounds, both allowed. */
export function real(initial: number, summary: string, min = -Infinity, max = Infinity): Option<number> {
  const bounds = Number.isFinite(min) || Number.isFinite(max) ? ` from ${min} to ${max}` : '';
  return {
    default: initial,
    summary,
    expected: `a number${bounds}`,
    min,
    max,
    parse: (value) =>
      typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max ? value : undefined,
  };
}

export function flag(initial: boolean, summary: string): Option<boolean> {
  return {
    default: initial,
    summary,
    expected: 'true or false',
    parse: (value) => (typeof value === 'boolean' ? value : undefined),
  };
}

export function choice<T extends string>(initial: T, choices: readonly T[], summary: string): Option<T> {
  return {
    default: initial,
    summary,
    expected: choices.map((c) => `"${c}"`).join(' or '),
    choices,
    parse: (value) => choices.find((c) => c === value),
  };
}

/** Any non-empty text; the owner looks the name up. */
export function name(initial: string, summary: string): Option<string> {
  return {
    default: initial,
    summary,
    expected: 'a name in quotes',
    parse: (value) => (typeof value === 'string' && value.length > 0 && value.length <= 200 ? value : undefined),
  };
}

/** One number for both axes, or [vertical, horizontal]. */
export function pair(initial: number, summary: string, min = 1, max = 4096): Option<readonly [number, number]> {
  const fits = (value: unknown): value is number => isWhole(value) && value >= min && value <= max;
  return {
    default: [initial, initial],
    summary,
    expected: `a whole number from ${min} to ${max}, or two of them as [vertical, horizontal]`,
    parse(value) {
      if (fits(value)) return [value, value];
      if (Array.isArray(value) && value.length === 2 && fits(value[0]) && fits(value[1])) return [value[0], value[1]];
      return undefined;
    },
  };
}

/** Rows and columns of zeros around an image: top, bottom, left, right. */
export type Padding = readonly [number, number, number, number];

/** 'same', 'valid', one number for all four sides, or [top, bottom, left, right]. */
export function padding(initial: 'same' | 'valid', summary: string): Option<'same' | 'valid' | Padding> {
  const fits = (value: unknown): value is number => isWhole(value) && value >= 0 && value <= 4096;
  return {
    default: initial,
    summary,
    expected: '"same", "valid", one whole number, or four as [top, bottom, left, right]',
    parse(value) {
      if (value === 'same' || value === 'valid') return value;
      if (fits(value)) return [value, value, value, value];
      if (Array.isArray(value) && value.length === 4 && value.every(fits)) return value as unknown as Padding;
      return undefined;
    },
  };
}

/** Settings of an activation or another nested item, checked by that item. */
export function settings(summary: string): Option<Readonly<Record<string, unknown>>> {
  return {
    default: {},
    summary,
    expected: 'an object of settings',
    parse: (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : undefined,
  };
}

/**
 * Canonical options from what the user wrote: defaults filled in, every value checked, unknown names refused.
 * `owner` starts the message: `bad stride in conv2d "conv1": 0; use …`.
 */
export function parseOptions<S extends OptionTable>(
  table: S,
  given: Readonly<Record<string, unknown>>,
  owner: string,
): OptionValues<S> {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(table, key)) {
      const known = Object.keys(table).join(', ') || 'none';
      throw new InputError(`unknown option in ${owner}: "${key}"; known: ${known}`);
    }
  }
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(table)) {
    const raw = Object.hasOwn(given, key) ? given[key] : undefined;
    const value = raw === undefined ? option.default : option.parse(raw);
    if (value === undefined) {
      // JSON would call NaN null.
      const shown = typeof raw === 'number' ? String(raw) : JSON.stringify(raw);
      throw new InputError(`bad ${key} in ${owner}: ${shown}; use ${option.expected}`);
    }
    values[key] = value;
  }
  return values as OptionValues<S>;
}

/** The default of every option. */
export function defaultsOf<S extends OptionTable>(table: S): OptionValues<S> {
  return parseOptions(table, {}, 'defaults');
}
