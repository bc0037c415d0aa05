import { attributions, composites, type CompositeSpec, type Method, type OptionTable } from '#src';

/** A way to explain, by its id and the settings that differ from its defaults. */
export function methodOf(spec: CompositeSpec): Method {
  if (typeof spec === 'string') return { id: nameOf(spec), options: {} };
  const { composite, ...options } = spec;
  return { id: nameOf(composite), options };
}

/** The table of rules a method stands for, or null where it is none. */
export function specOf({ id, options }: Method): CompositeSpec | null {
  const composite = [...composites].find((kind) => nameOf(kind.id) === id)?.id;
  // The gradient as a method has a choice for its colours, which the table of rules has not.
  if (composite === undefined || composite !== id) return composite ?? null;
  return Object.keys(options).length === 0 ? composite : { composite, ...options };
}

/** The table of plain gradients is an attribution under another name. */
const nameOf = (composite: string): string => (attributions.has(composite) ? composite : 'gradient');

/** Whether a table of rules shares the logit out, as relevance does; gradients start with 1. */
export function isRelevance(spec: CompositeSpec): boolean {
  return composites.get(typeof spec === 'string' ? spec : spec.composite).start === 'logit';
}

/** About how often a method runs the net: the cheap ones are drawn first. */
export function costOf(table: OptionTable): number {
  const number = (key: string) => {
    const value = table[key]?.default;
    return typeof value === 'number' ? value : 1;
  };
  // A window is tried at hundreds of places.
  return number('steps') * number('count') * (table['window'] ? 200 : 1);
}
