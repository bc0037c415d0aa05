import type { NetworkLayout } from './networkLayout.ts';

/** A unit a reader can point at. */
export interface UnitName {
  readonly stage: string;
  readonly channel: number;
}

/** Where an arrow key leads from a unit: to the nearest one in that direction, across stages as well; null: nowhere. */
export function nextUnit({ stages }: NetworkLayout, from: UnitName, key: string): UnitName | null {
  const all = stages.flatMap(({ stage, units }, order) =>
    units.map(({ channel, x, y, row, column }) => ({ stage: stage.id, channel, x, y, row, column, order })),
  );
  const own = all.find((unit) => unit.stage === from.stage && unit.channel === from.channel);
  if (!own) return null;
  const inStage = all.filter((unit) => unit.order === own.order);
  if (key === 'Home') return inStage[0]!;
  if (key === 'End') return inStage.at(-1)!;
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const row = own.row + (key === 'ArrowUp' ? -1 : 1);
    return nearest(inStage.filter((unit) => unit.row === row));
  }
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return null;
  const by = key === 'ArrowLeft' ? -1 : 1;
  const beside = inStage.filter((unit) => unit.row === own.row && unit.column === own.column + by);
  if (beside.length) return beside[0]!;
  const neighbours = all.filter((unit) => unit.order === own.order + by);
  const edge = by > 0 ? Math.min(...neighbours.map(({ x }) => x)) : Math.max(...neighbours.map(({ x }) => x));
  return nearest(neighbours.filter(({ x }) => x === edge));

  function nearest(units: typeof all): UnitName | null {
    const distance = (unit: (typeof all)[number]) => Math.hypot(unit.x - own!.x, unit.y - own!.y);
    return units.reduce<(typeof all)[number] | null>(
      (best, unit) => (best && distance(best) <= distance(unit) ? best : unit),
      null,
    );
  }
}
