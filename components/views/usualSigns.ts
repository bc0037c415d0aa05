import type { ConceptsData } from '#src';

/**
 * The same argument with the signs people read: what speaks for the class is positive. Relevance that starts with another
 * sign than the composite gives it has all signs turned round.
 */
export function usualSigns(data: ConceptsData): ConceptsData {
  if (!isTurned(data)) return data;
  const { start, relevance, maps, neurons } = data;
  const turned = (values: Float32Array) => values.map((v) => -v);
  return { ...data, start: -start, relevance: turned(relevance), maps: turned(maps), neurons: turned(neurons) };
}

/** What speaks for the class is negative. */
export const isTurned = ({ start, usualStart }: ConceptsData): boolean => start * usualStart < 0;
