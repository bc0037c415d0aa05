import type { ConceptAtlas } from '#src';

/** A channel that leads in some cells of an atlas. */
export interface AtlasLeader {
  readonly channel: number;
  /** Cells it leads, and the relevance it has in them. */
  readonly cells: number;
  readonly value: number;
  /** Place among the ten colours; null: beyond the tenth, grey. */
  readonly colour: number | null;
}

/** Colours there are. */
const COLOURS = 10;

/** The channels that lead somewhere, those with most relevance in their cells first; each of the first ten has a colour. */
export function atlasLeaders({ channels, values }: ConceptAtlas): AtlasLeader[] {
  const found = new Map<number, { cells: number; value: number }>();
  channels.forEach((channel, region) => {
    if (channel < 0) return;
    const { cells, value } = found.get(channel) ?? { cells: 0, value: 0 };
    found.set(channel, { cells: cells + 1, value: value + values[region]! });
  });
  return [...found]
    .map(([channel, held]) => ({ channel, ...held }))
    .sort((a, b) => b.value - a.value || a.channel - b.channel)
    .map((leader, i) => ({ ...leader, colour: i < COLOURS ? i : null }));
}

/** A cell of an atlas with a leader, as a rectangle of pixels. */
export interface AtlasCell {
  readonly channel: number;
  readonly value: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The rectangles of all cells in which some channel leads. */
export function atlasCells({ regions, channels, values, height, width }: ConceptAtlas): AtlasCell[] {
  const boxes = new Map<number, { top: number; left: number; bottom: number; right: number }>();
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const region = regions[row * width + column]!;
      const box = boxes.get(region) ?? { top: row, left: column, bottom: row, right: column };
      boxes.set(region, {
        top: Math.min(box.top, row),
        left: Math.min(box.left, column),
        bottom: Math.max(box.bottom, row),
        right: Math.max(box.right, column),
      });
    }
  }
  return [...boxes].flatMap(([region, { top, left, bottom, right }]) => {
    const channel = region < 0 ? -1 : channels[region]!;
    if (channel < 0) return [];
    return [{ channel, value: values[region]!, top, left, height: bottom - top + 1, width: right - left + 1 }];
  });
}

/** The line around all cells of a channel, as an SVG path in pixels of the picture. */
export function atlasBorder({ regions, channels, height, width }: ConceptAtlas, channel: number): string {
  const isOwn = (row: number, column: number) => {
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    const region = isInside ? regions[row * width + column]! : -1;
    return region >= 0 && channels[region] === channel;
  };
  let path = '';
  for (let row = 0; row <= height; row++) {
    for (let column = 0; column <= width; column++) {
      if (isOwn(row, column) !== isOwn(row - 1, column)) path += `M${column},${row}h1`;
      if (isOwn(row, column) !== isOwn(row, column - 1)) path += `M${column},${row}v1`;
    }
  }
  return path;
}
