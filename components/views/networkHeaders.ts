import { textWidth } from '../charts/textWidth.ts';
import { text } from '../text/index.ts';
import type { NetworkLayout } from './networkLayout.ts';

/** A column's name and shape, where both or one of them fit. */
export interface ColumnHeader {
  readonly x: number;
  readonly name: string;
  readonly detail: string | null;
  readonly isSelected: boolean;
}

const nameWidth = (name: string) => textWidth(name, { size: 13, weight: 600 }) + 8;

/** Headers that do not touch: the selected stage first, then from left to right; a shape only where there is room. */
export function placeHeaders({ input, stages, classes }: NetworkLayout, selected: string): ColumnHeader[] {
  const all = [
    { x: 0, name: text.network.input, detail: text.network.inputShape(input.shape), isSelected: selected === 'input' },
    ...stages.map(({ x, stage }) => ({
      x,
      name: stage.id,
      detail: text.network.shape(stage.shape),
      isSelected: stage.id === selected,
    })),
    {
      x: classes.x,
      name: text.network.class,
      detail: text.network.probability,
      isSelected: classes.stage?.id === selected,
    },
  ];
  const order = [...all.keys()].sort((a, b) => rank(a) - rank(b));
  const kept = new Set<number>();
  for (const i of order) {
    const own = all[i]!;
    const end = own.x + nameWidth(own.name);
    const isFree = [...kept].every((k) => all[k]!.x >= end || all[k]!.x + nameWidth(all[k]!.name) <= own.x);
    if (isFree) kept.add(i);
  }
  return all.flatMap((own, i) => {
    if (!kept.has(i)) return [];
    const next = all.find((other, k) => k > i && kept.has(k));
    const room = (next?.x ?? Infinity) - own.x;
    // Where names are left out, shapes at some of the rest would only puzzle.
    const isWanted = kept.size === all.length || i === 0 || i === all.length - 1;
    const isFitting = textWidth(own.detail) + 8 <= room;
    return [{ ...own, detail: isWanted && isFitting ? own.detail : null }];
  });

  // Both ends and the selection are placed before the columns between them.
  function rank(i: number): number {
    return all[i]!.isSelected ? -2 : i === 0 || i === all.length - 1 ? -1 : i;
  }
}
