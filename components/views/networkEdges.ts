import type { SelectedEdges } from '#src';
import type { NetworkLayout, StageColumn } from './networkLayout.ts';

/** One weight, drawn from unit to unit. */
export interface Edge {
  readonly path: string;
  readonly width: number;
  readonly opacity: number;
  readonly isPositive: boolean;
}

/** An end of an edge: where it leaves its unit, and where it may start to bend. */
interface End {
  readonly x: number;
  readonly bend: number;
  readonly y: number;
}

/** Edges of one side lie this far apart where they meet, so that red and blue never mix to purple. */
const FAN = 2.1;
/** More weights than this per side are a smear; the strongest are drawn and the legend says so. Less in small slots. */
const MOST_EDGES = 24;
const LEAST_EDGES = 8;

/** The weights into and out of the selected unit, and how many of how many are drawn. */
export function selectedEdges(layout: NetworkLayout, edges: SelectedEdges | undefined) {
  const self = edges && layout.stages.find(({ stage }) => stage.id === edges.stage);
  const ownClass = edges && layout.classes.stage?.id === edges.stage ? layout.classes.y[edges.channel] : undefined;
  const place = self?.units.find(({ channel }) => channel === edges?.channel);
  if (!edges || (!place && ownClass === undefined)) return { drawn: [], shown: 0, of: 0 };

  const incoming = collect(layout, edges.incoming, 'right');
  const outgoing = collect(layout, edges.outgoing, 'left');
  const largest = Math.max(...[...incoming, ...outgoing].map(({ weight }) => Math.abs(weight)));
  // Small units are joined by thinner lines.
  const scale = Math.max(0.5, Math.min(1, (self?.slot ?? 42) / (self?.isMap ? 42 : 28)));
  const room = Math.floor((self?.slot ?? 42) / FAN);
  const most = Math.max(LEAST_EDGES, Math.min(MOST_EDGES, room + 4));
  const strongest = [incoming, outgoing].map((side) =>
    side
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
      .slice(0, most)
      .filter(({ weight }) => Math.abs(weight) > 0.01 * largest)
      .sort((a, b) => a.end.y - b.end.y),
  );
  const drawn = strongest.flatMap((side, isOut) => {
    const fan = Math.min(FAN, 40 / Math.max(1, side.length - 1));
    return side.map(({ end, weight }, i): Edge => {
      const y = (place?.y ?? ownClass!) + (i - (side.length - 1) / 2) * fan;
      const own: End =
        place && self
          ? { x: place.x, y, bend: isOut ? self.x + self.width + 3 : self.x - 3 }
          : { x: layout.classes.x - 8, y, bend: layout.classes.x - 12 };
      const share = Math.abs(weight) / largest;
      return {
        path: isOut ? curve(own, end) : curve(end, own),
        width: (0.75 + 3 * share) * scale,
        opacity: 0.3 + 0.6 * share,
        isPositive: weight > 0,
      };
    });
  });
  return { drawn, shown: drawn.length, of: incoming.length + outgoing.length };
}

/** So many hairlines between two columns stay calm beside text. */
const FEW = 24;

const NARROW = 12;

/** At most so many rows of a column send hairlines: they hint at the wiring, they do not count it. */
function some(ends: readonly End[], most = 8): End[] {
  const stride = Math.max(1, ends.length / most);
  return ends.filter((_, i) => Math.floor(i / stride) !== Math.floor((i - 1) / stride));
}

/** Room between the arcs of connections that skip columns. */
const LIFT = 5;

/**
 * Hairlines between columns that no selected edge joins, as one path: one per pair of rows where a column reads its
 * neighbour, one arc over the top where it reads an earlier column.
 */
export function quietEdges(layout: NetworkLayout, edges: SelectedEdges | undefined): string {
  const selected = edges ? layout.stages.findIndex(({ stage }) => stage.id === edges.stage) : -1;
  const { input, stages, classes } = layout;
  const paths: string[] = [];
  const isCovered = (i: number) => selected >= 0 && (i === selected || i === selected + 1);
  let arcs = 0;
  stages.forEach((column, i) => {
    const neighbour = stages[i - 1]?.stage.id ?? 'input';
    for (const source of column.stage.from) {
      const from = source === neighbour ? undefined : topOf(layout, source);
      if (from) paths.push(arc(from, rowEnds(column, 'left')[0]!, LIFT * (1 + (arcs++ % 3))));
    }
    if (isCovered(i) || !column.stage.from.includes(neighbour)) return;
    const before = stages[i - 1];
    const from = before ? rowEnds(before, 'right') : inputEnds(input);
    const to = rowEnds(column, 'left');
    // In a narrow gap S-bends stand upright and say nothing.
    if (to[0] && from[0] && to[0].bend - from[0].bend < NARROW) return;
    for (const a of some(from)) for (const b of some(to)) paths.push(curve(a, b));
  });
  const last = stages.at(-1);
  const ends = classes.y.map((y): End => ({ x: classes.x - 8, bend: classes.x - 12, y }));
  // Many hairlines into the classes would hide the one answer that matters there.
  if (last && !isCovered(stages.length) && rowEnds(last, 'right').length * ends.length <= FEW)
    for (const a of rowEnds(last, 'right')) for (const b of ends) paths.push(curve(a, b));
  return paths.join('');
}

/** Where an arc leaves a column: its highest row. */
function topOf({ input, stages }: NetworkLayout, id: string): End | undefined {
  if (id === 'input') return inputEnds(input)[0];
  const column = stages.find(({ stage }) => stage.id === id);
  return column && rowEnds(column, 'right').reduce((top, end) => (end.y < top.y ? end : top));
}

function collect(layout: NetworkLayout, sides: SelectedEdges['incoming'], side: 'left' | 'right') {
  return sides.flatMap(({ stage, weights }) =>
    Array.from(weights).flatMap((weight, channel) => {
      const end = endOf(layout, stage, channel, side);
      return end && Number.isFinite(weight) && weight !== 0 ? [{ end, weight }] : [];
    }),
  );
}

function endOf(layout: NetworkLayout, stage: string, channel: number, side: 'left' | 'right'): End | null {
  const { input, classes } = layout;
  if (stage === 'input') return inputEnd(input, channel);
  if (stage === classes.stage?.id) {
    const y = classes.y[channel];
    return y === undefined ? null : { x: classes.x - 8, bend: classes.x - 12, y };
  }
  const column = layout.stages.find((candidate) => candidate.stage.id === stage);
  const place = column?.units.find((unit) => unit.channel === channel);
  if (!column || !place) return null;
  // Edges of units in one row lie a little apart, so that those behind a neighbour can be told from its own.
  const y = place.y + (place.column - (column.columns - 1) / 2) * Math.min(8, column.slot / column.columns / 1.5);
  return { x: place.x, y, bend: side === 'right' ? column.x + column.width + 3 : column.x - 3 };
}

/** An image sends its hairlines from one point, numbers each their own. */
function inputEnds(input: NetworkLayout['input']): End[] {
  if (input.shape.length === 3) return [{ x: input.size, bend: input.size + 3, y: input.y }];
  return Array.from({ length: Math.min(10, input.shape[0] ?? 1) }, (_, i) => inputEnd(input, i));
}

function inputEnd({ size, y, shape }: NetworkLayout['input'], channel: number): End {
  const isImage = shape.length === 3;
  const channels = shape.at(-1) ?? 1;
  const pitch = isImage ? 8 : inputPitch(channels);
  return { x: isImage ? size : size - 4, bend: size + 3, y: y + (channel - (channels - 1) / 2) * pitch };
}

/** Distance between the numbers of an input that is no image. */
export function inputPitch(features: number): number {
  return Math.min(64, 320 / Math.max(1, features));
}

function rowEnds(column: StageColumn, side: 'left' | 'right'): End[] {
  const x = side === 'right' ? column.x + column.width : column.x;
  const bend = side === 'right' ? x + 3 : x - 3;
  return [...new Set(column.units.map(({ y }) => y))].map((y) => ({ x, bend, y }));
}

/** Straight while behind the column, then one S-bend. */
function curve(a: End, b: End): string {
  const middle = (a.bend + b.bend) / 2;
  const r = (value: number) => Math.round(value * 10) / 10;
  return `M${r(a.x)},${r(a.y)}H${r(a.bend)}C${r(middle)},${r(a.y)} ${r(middle)},${r(b.y)} ${r(b.bend)},${r(b.y)}H${r(b.x)}`;
}

/** Up, along the top edge of the drawing, and down again. */
function arc(a: End, b: End, y: number): string {
  const reach = 10;
  const rise = `C${a.bend + reach},${a.y} ${a.bend},${y} ${a.bend + 2 * reach},${y}`;
  return `M${a.x},${a.y}H${a.bend}${rise}H${b.bend - 2 * reach}C${b.bend},${y} ${b.bend - reach},${b.y} ${b.bend},${b.y}H${b.x}`;
}
