/** Caps on the steps of a second to choose from: small nets are trained before one can look. "max": no cap. */
export const paces = ['10', '100', '1000', 'max'] as const;

export type Pace = (typeof paces)[number];

export const usualPace: Pace = '1000';

/** The pace an address asks for; the usual one if it asks for none that is known. */
export function paceOf(asked: string | undefined): Pace {
  return paces.find((pace) => pace === asked) ?? usualPace;
}

/** Steps per second as the engine takes them; null: no cap. */
export function stepsPerSecond(pace: Pace): number | null {
  return pace === 'max' ? null : Number(pace);
}
