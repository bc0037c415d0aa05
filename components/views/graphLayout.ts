import type { AttributionGraphData, ConceptPlace } from '#src';

/** A concept of an attribution graph, placed. */
export interface GraphNode {
  readonly place: ConceptPlace;
  /** Position among the record's nodes; its map has the same. */
  readonly index: number;
  readonly level: number;
  /** Middle of its picture, in pixels of the drawing. */
  readonly x: number;
  readonly y: number;
}

/** A way from a concept to one below it. */
export interface GraphEdge {
  readonly from: GraphNode;
  readonly to: GraphNode;
  readonly relevance: number;
  readonly path: string;
  readonly width: number;
}

export interface GraphLayout {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Vertical middle of each level. */
  readonly levels: readonly number[];
  /** Ways and concepts of the record that are not drawn. */
  readonly leftOut: number;
}

export interface GraphLayoutOptions {
  /** Left edge of the room for pictures; level names stand before it. */
  readonly left: number;
  readonly width: number;
  readonly height: number;
  /** Side of a picture, and of the box of the class above them. */
  readonly side: number;
  readonly top: number;
  /** Room below a picture for its number. */
  readonly below: number;
  /** Concepts drawn per level at most; the selected one is among them. */
  readonly most: number;
  readonly selected: ConceptPlace | null;
}

/** Ways with less than this share of the widest are left out, unless nothing else leads to a concept. */
const THIN = 0.05;
const WIDEST = 11;
const NARROWEST = 1.25;

const isSame = (a: ConceptPlace, b: ConceptPlace) => a.at === b.at && a.channel === b.channel;

/** Places an attribution graph: the start on top, every concept below all that lead to it, crossings kept few. */
export function layoutGraph(data: AttributionGraphData, options: GraphLayoutOptions): GraphLayout {
  const wires = data.edges.map(({ from, to, relevance }) => ({
    from: indexOf(data, from),
    to: indexOf(data, to),
    relevance,
  }));
  const levels = lowestLevels(data.nodes.length, wires);
  const kept = chooseNodes(data, levels, wires, options);
  const depth = Math.max(0, ...kept.map((i) => levels[i]!));
  const { left, width, height, side, top, below } = options;
  const first = top / 2;
  const last = height - below - side / 2;
  const y = (level: number) => (depth === 0 ? first : first + (level * (last - first)) / depth);

  const x = new Map<number, number>();
  for (let level = 0; level <= depth; level++) {
    const own = kept.filter((i) => levels[i] === level);
    const wish = new Map(own.map((i) => [i, middleOfParents(i, wires, x, levels)]));
    own.sort((a, b) => wish.get(a)! - wish.get(b)! || a - b);
    const pitch = (width - left) / Math.max(own.length, Math.min(options.most, 3));
    own.forEach((i, place) => x.set(i, (left + width) / 2 + (place - (own.length - 1) / 2) * pitch));
  }
  const nodes = kept.map((i): GraphNode => ({
    place: data.nodes[i]!,
    index: i,
    level: levels[i]!,
    x: x.get(i)!,
    y: y(levels[i]!),
  }));
  const byIndex = new Map(nodes.map((node) => [node.index, node]));
  const between = wires.filter((wire) => byIndex.has(wire.from) && byIndex.has(wire.to));
  const largest = Math.max(...between.map((wire) => Math.abs(wire.relevance)), 0);
  const drawn = between.filter((wire) => {
    const size = Math.abs(wire.relevance);
    const rivals = between.filter(({ to }) => to === wire.to).map(({ relevance }) => Math.abs(relevance));
    return size > 0 && (size >= THIN * largest || size === Math.max(...rivals));
  });
  const edges = drawn
    .map(({ from, to, relevance }): GraphEdge => {
      const [a, b] = [byIndex.get(from)!, byIndex.get(to)!];
      const start = a.y + (a.level === 0 ? top / 2 : side / 2 + below);
      return {
        from: a,
        to: b,
        relevance,
        path: wayDown(a.x, start, b.x, b.y - side / 2),
        width: Math.max(NARROWEST, (WIDEST * Math.abs(relevance)) / largest),
      };
    })
    .sort((a, b) => b.width - a.width);
  return {
    nodes,
    edges,
    levels: Array.from({ length: depth + 1 }, (_, level) => y(level)),
    leftOut: wires.length - drawn.length + (data.nodes.length - kept.length),
  };
}

interface Wire {
  readonly from: number;
  readonly to: number;
  readonly relevance: number;
}

function indexOf({ nodes }: AttributionGraphData, place: ConceptPlace): number {
  return nodes.findIndex((node) => isSame(node, place));
}

/** Longest way from the start, so that every way leads down even where paths of different length meet. */
function lowestLevels(count: number, wires: readonly Wire[]): number[] {
  const levels = new Array<number>(count).fill(0);
  // Relevance only ever goes towards the input: after as many rounds as there are concepts nothing moves any more.
  for (let round = 0; round < count; round++) {
    for (const { from, to } of wires) levels[to] = Math.max(levels[to]!, levels[from]! + 1);
  }
  return levels;
}

/** The concepts with most relevance in each level, the start and the selected one always. */
function chooseNodes(
  { nodes }: AttributionGraphData,
  levels: readonly number[],
  wires: readonly Wire[],
  { most, selected }: GraphLayoutOptions,
): number[] {
  const kept = [0];
  for (let level = 1; level <= Math.max(...levels); level++) {
    const arrives = (i: number) =>
      wires.reduce(
        (sum, { from, to, relevance }) => sum + (to === i && kept.includes(from) ? Math.abs(relevance) : 0),
        0,
      );
    const weight = new Map(nodes.flatMap((_, i) => (levels[i] === level ? [[i, arrives(i)] as const] : [])));
    const ranked = [...weight.keys()].filter((i) => weight.get(i)! > 0).sort((a, b) => weight.get(b)! - weight.get(a)!);
    const own = ranked.slice(0, most);
    const wanted = selected && ranked.find((i) => isSame(nodes[i]!, selected));
    if (wanted !== null && wanted !== undefined && !own.includes(wanted)) own[own.length - 1] = wanted;
    kept.push(...own);
  }
  return kept;
}

/** Where a concept would hang by its weighted ways from above. */
function middleOfParents(
  i: number,
  wires: readonly Wire[],
  x: ReadonlyMap<number, number>,
  levels: readonly number[],
): number {
  let [sum, weight] = [0, 0];
  for (const { from, to, relevance } of wires) {
    const above = x.get(from);
    if (to !== i || above === undefined || levels[from]! >= levels[i]!) continue;
    sum += above * Math.abs(relevance);
    weight += Math.abs(relevance);
  }
  return weight > 0 ? sum / weight : 0;
}

/** One S-bend, upright at both ends. */
function wayDown(x0: number, y0: number, x1: number, y1: number): string {
  const middle = (y0 + y1) / 2;
  const r = (value: number) => Math.round(value * 10) / 10;
  return `M${r(x0)},${r(y0)}C${r(x0)},${r(middle)} ${r(x1)},${r(middle)} ${r(x1)},${r(y1)}`;
}
