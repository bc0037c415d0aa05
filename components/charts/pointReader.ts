import type { Attachment } from 'svelte/attachments';

/** A cell of a grid laid over an element: [row, column]. */
export type Cell = readonly [number, number];

/** A grid over an element that a reader can point into. */
export interface PointGrid {
  readonly rows: number;
  readonly columns: number;
  /** Called with the cell pointed at or reached by the arrow keys, and with null when neither points any more. */
  onpoint(cell: Cell | null): void;
  /** Called when the cell is clicked or Enter is pressed on it. */
  onpick?: (cell: Cell) => void;
}

const ARROWS: Record<string, Cell> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Lets a reader ask a drawing for the value at a point: by pointer, or by focus and the arrow keys. */
export function pointReader(grid: () => PointGrid): Attachment<HTMLElement | SVGElement> {
  return (element) => {
    let at: Cell | null = null;
    element.tabIndex = 0;

    const show = (cell: Cell | null) => grid().onpoint((at = cell));
    const cellUnder = (event: MouseEvent): Cell => {
      const { rows, columns } = grid();
      const box = element.getBoundingClientRect();
      return [
        clamp(Math.floor(((event.clientY - box.top) / box.height) * rows), rows),
        clamp(Math.floor(((event.clientX - box.left) / box.width) * columns), columns),
      ];
    };
    const move = (event: Event) => show(cellUnder(event as PointerEvent));
    const leave = () => show(null);
    const press = (event: Event) => grid().onpick?.(cellUnder(event as MouseEvent));
    const key = (event: Event) => {
      const { rows, columns, onpick } = grid();
      const { key: name, shiftKey } = event as KeyboardEvent;
      if (name === 'Escape') return show(null);
      if (name === 'Enter' && at) return onpick?.(at);
      const by = ARROWS[name];
      if (!by) return;
      event.preventDefault();
      // The first key press starts in the middle, where most figures have something to say.
      const [row, column] = at ?? [Math.floor(rows / 2) - by[0], Math.floor(columns / 2) - by[1]];
      const stride = shiftKey ? 10 : 1;
      show([clamp(row + by[0] * stride, rows), clamp(column + by[1] * stride, columns)]);
    };

    const listeners: readonly [string, (event: Event) => void][] = [
      ['pointermove', move],
      ['pointerleave', leave],
      ['blur', leave],
      ['click', press],
      ['keydown', key],
    ];
    for (const [name, listener] of listeners) element.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) element.removeEventListener(name, listener);
    };
  };
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index));
}
