import type { FieldRectangle, Region } from '#src';
import type { Attachment } from 'svelte/attachments';

/** A picture of which a part can be chosen, as rows and columns of a node that is laid over it. */
export interface RegionGrid {
  readonly rows: number;
  readonly columns: number;
  /** The part chosen so far; null: all of it. */
  readonly region: Region | null;
  onregion(region: Region | null): void;
  /** Called while it is dragged, and with null when it ends. */
  ondrag(region: Region | null): void;
}

type Cell = readonly [row: number, column: number];

const MOVES: Record<string, Cell> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Lets a reader choose a part of a picture: by dragging, or by the arrow keys, with Shift to resize and Escape for all. */
export function regionReader(grid: () => RegionGrid): Attachment<HTMLElement> {
  return (element) => {
    let corner: Cell | null = null;
    let hasMoved = false;
    element.tabIndex = 0;
    element.style.touchAction = 'none';

    const cellUnder = (event: PointerEvent): Cell => {
      const { rows, columns } = grid();
      const { left, top, width, height } = element.getBoundingClientRect();
      const inside = (share: number, cells: number) => Math.max(0, Math.min(cells - 1, Math.floor(share * cells)));
      return [inside((event.clientY - top) / height, rows), inside((event.clientX - left) / width, columns)];
    };
    const press = (event: PointerEvent) => {
      element.setPointerCapture(event.pointerId);
      corner = cellUnder(event);
      hasMoved = false;
    };
    const move = (event: PointerEvent) => {
      if (!corner) return;
      hasMoved ||= Math.abs(event.movementX) + Math.abs(event.movementY) > 0;
      if (hasMoved) grid().ondrag(between(corner, cellUnder(event)));
    };
    const release = (event: PointerEvent) => {
      if (!corner) return;
      // A click alone asks about all of it again.
      grid().onregion(hasMoved ? between(corner, cellUnder(event)) : null);
      stop();
    };
    const stop = () => {
      corner = null;
      grid().ondrag(null);
    };
    const key = (event: KeyboardEvent) => {
      const { rows, columns, region, onregion } = grid();
      if (event.key === 'Escape' && region) {
        // The page around closes on Escape; a chosen part goes first.
        event.preventDefault();
        event.stopPropagation();
        return onregion(null);
      }
      const by = MOVES[event.key];
      if (!by) return;
      event.preventDefault();
      onregion(region ? moved(region, by, [rows, columns], event.shiftKey) : middleOf(rows, columns));
    };

    element.addEventListener('pointerdown', press);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', release);
    element.addEventListener('pointercancel', stop);
    element.addEventListener('keydown', key);
    return () => {
      element.removeEventListener('pointerdown', press);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', release);
      element.removeEventListener('pointercancel', stop);
      element.removeEventListener('keydown', key);
    };
  };
}

function between([y0, x0]: Cell, [y1, x1]: Cell): Region {
  return { rows: [Math.min(y0, y1), Math.max(y0, y1)], columns: [Math.min(x0, x1), Math.max(x0, x1)] };
}

/** The middle half: where the first key press starts. */
export function middleOf(rows: number, columns: number): Region {
  const half = (cells: number): [number, number] => {
    const from = Math.floor(cells / 4);
    return [from, Math.max(from, Math.ceil((3 * cells) / 4) - 1)];
  };
  return { rows: half(rows), columns: half(columns) };
}

/** A region one cell further, or one cell larger or smaller; never outside the node. */
export function moved(region: Region, by: Cell, [rows, columns]: Cell, resizes: boolean): Region {
  const range = ([from, to]: readonly [number, number], step: number, cells: number): [number, number] => {
    if (resizes) return [from, Math.max(from, Math.min(cells - 1, to + step))];
    const shift = Math.max(-from, Math.min(cells - 1 - to, step));
    return [from + shift, to + shift];
  };
  return { rows: range(region.rows, by[0], rows), columns: range(region.columns, by[1], columns) };
}

/** The rectangle of pixels a region of a node covers, where the node's grid is laid over the whole picture. */
export function pixelsOfRegion({ rows, columns }: Region, picture: Cell, node: Cell): FieldRectangle {
  const [high, wide] = [picture[0] / node[0], picture[1] / node[1]];
  return {
    top: rows[0] * high,
    left: columns[0] * wide,
    height: (rows[1] - rows[0] + 1) * high,
    width: (columns[1] - columns[0] + 1) * wide,
  };
}
