import { InputError } from './errors.ts';

/** An ordered, immutable collection of items looked up by id. */
export interface Registry<T extends { readonly id: string }> extends Iterable<T> {
  readonly noun: string;
  /** The item with this id; an unknown id throws and names the known ones. */
  get(id: string): T;
  has(id: string): boolean;
  ids(): string[];
  /** A new registry with one more item. A duplicate id throws. */
  with(item: T): Registry<T>;
}

/** Builds a {@link Registry}; duplicate ids throw at start-up rather than shadow each other. */
export function registry<T extends { readonly id: string }>(noun: string, items: readonly T[]): Registry<T> {
  const byId = new Map<string, T>();
  for (const item of items) {
    if (byId.has(item.id)) throw new InputError(`duplicate ${noun}: "${item.id}"; give one of the two another id`);
    byId.set(item.id, item);
  }
  return {
    noun,
    get(id) {
      const item = byId.get(id);
      if (!item) throw new InputError(`unknown ${noun}: "${id}"; known: ${[...byId.keys()].join(', ')}`);
      return item;
    },
    has: (id) => byId.has(id),
    ids: () => [...byId.keys()],
    with: (item) => registry(noun, [...items, item]),
    [Symbol.iterator]: () => byId.values(),
  };
}
