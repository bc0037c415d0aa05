import type { Stage } from '#src';
import { textWidth } from '../charts/textWidth.ts';

/** Where one unit stands: the middle of its slot, in pixels of the drawing. */
export interface UnitPlace {
  readonly channel: number;
  readonly x: number;
  readonly y: number;
  /** Column and row within its stage. */
  readonly column: number;
  readonly row: number;
}

/** One stage of the drawing. */
export interface StageColumn {
  readonly stage: Stage;
  /** Position of the stage in the snapshot's outputs. */
  readonly index: number;
  /** Feature maps, or single numbers. */
  readonly isMap: boolean;
  readonly slot: number;
  readonly x: number;
  readonly width: number;
  readonly columns: number;
  /** Units drawn; fewer than the stage has when even the smallest slots do not suffice. */
  readonly units: readonly UnitPlace[];
  readonly unitCount: number;
}

export interface NetworkLayout {
  readonly width: number;
  readonly height: number;
  /** Middle and size of the input: an image, or a column of numbers. */
  readonly input: { readonly x: number; readonly y: number; readonly size: number; readonly shape: readonly number[] };
  readonly stages: readonly StageColumn[];
  readonly classes: { readonly x: number; readonly y: readonly number[]; readonly stage: Stage | null };
}

interface Level {
  readonly slot: number;
  readonly gap: number;
  /** More columns than this: the next smaller slot. */
  readonly columns: number;
}

const MAP_LEVELS: readonly Level[] = [
  { slot: 42, gap: 4, columns: 2 },
  { slot: 30, gap: 4, columns: 4 },
  { slot: 22, gap: 3, columns: 5 },
  { slot: 16, gap: 2, columns: 8 },
  { slot: 11, gap: 1, columns: 12 },
];
const NUMBER_LEVELS: readonly Level[] = [
  { slot: 28, gap: 6, columns: 1 },
  { slot: 18, gap: 4, columns: 2 },
  { slot: 12, gap: 2, columns: 4 },
  { slot: 8, gap: 1, columns: 8 },
  { slot: 6, gap: 1, columns: 12 },
];

const INPUT_SIZE = 104;
/** Width of an input that is no image: a name and a square per number. */
const INPUT_NUMBERS = 84;
/** Least room between columns; deep nets have less. */
const LEAST_GAP = 20;
const LEAST_GAP_DEEP = 8;
const DEEP = 10;

export interface LayoutOptions {
  readonly stages: readonly Stage[];
  /** [height, width, channels], or [features]. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** Width of the class column, see {@link classColumn}. */
  readonly classWidth: number;
  readonly width: number;
  readonly height: number;
}

/** Places every unit of a network in a drawing of the given size; wider than asked only when nothing smaller fits. */
export function layoutNetwork({
  stages,
  inputShape,
  classes,
  classWidth,
  width,
  height,
}: LayoutOptions): NetworkLayout {
  const last = stages.at(-1);
  // The layer that answers for the classes is drawn as the class column.
  const output = last && last.shape.length === 1 && last.shape[0] === classes ? last : null;
  const shown = stages.flatMap((stage, index) => (stage === output ? [] : [{ stage, index }]));

  const levels = shown.map(({ stage }) => firstLevel(stage, height));
  const inputSize = inputShape.length === 3 ? INPUT_SIZE : INPUT_NUMBERS;
  const widths = () => shown.map(({ stage }, i) => columnSize(stage, levels[i]!, height).width);
  const needed = () =>
    inputSize + classWidth + sum(widths()) + (shown.length > DEEP ? LEAST_GAP_DEEP : LEAST_GAP) * (shown.length + 1);
  while (needed() > width) {
    // All of the widest shrink together, so that like layers stay alike.
    const canShrink = widths().map((own, i) => (levels[i]! + 1 < levelsOf(shown[i]!.stage).length ? own : 0));
    const widest = Math.max(0, ...canShrink);
    if (widest === 0) break;
    canShrink.forEach((own, i) => (levels[i]! += own === widest ? 1 : 0));
  }

  const total = Math.max(width, needed());
  const gap = (total - inputSize - classWidth - sum(widths())) / (shown.length + 1);
  let x = inputSize + gap;
  const columns = shown.map(({ stage, index }, i): StageColumn => {
    const size = columnSize(stage, levels[i]!, height);
    const placed = { stage, index, isMap: stage.shape.length === 3, x, ...size, units: placeUnits(size, x, height) };
    x += size.width + gap;
    return placed;
  });
  return {
    width: total,
    height,
    input: { x: inputSize / 2, y: height / 2, size: inputSize, shape: inputShape },
    stages: columns,
    classes: { x: total - classWidth, y: spread(classes, height), stage: output },
  };
}

/** Widths of what a class row holds: its name, its bar and its percent. */
export function classColumn(names: readonly string[]) {
  const name = 8 + Math.min(90, Math.max(6, ...names.map((text) => textWidth(text, { weight: 600 }))));
  return { name, bar: 60, width: name + 60 + 50 };
}

/** Side of a thumbnail in its slot: 24 to 42 in a slot of 42, by the square root of its outgoing strength. */
export function thumbnailSide(slot: number, strength: number, strongest: number): number {
  const share =
    strongest > 0 && Number.isFinite(strength) ? Math.sqrt(Math.min(1, Math.abs(strength) / strongest)) : 0.5;
  return (slot * (24 + 18 * share)) / 42;
}

interface ColumnSize {
  readonly slot: number;
  readonly gap: number;
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly unitCount: number;
  readonly isSpread: boolean;
}

function levelsOf(stage: Stage): readonly Level[] {
  return stage.shape.length === 3 ? MAP_LEVELS : NUMBER_LEVELS;
}

function columnSize(stage: Stage, level: number, height: number): ColumnSize {
  const { slot, gap, columns: most } = levelsOf(stage)[level]!;
  const unitCount = stage.shape.at(-1) ?? 0;
  const fit = Math.max(1, Math.floor((height + gap) / (slot + gap)));
  const columns = Math.max(1, Math.min(Math.max(most, 1), Math.ceil(unitCount / fit)));
  // Columns of equal length look calmer than a full one and a short one.
  const rows = Math.min(fit, Math.ceil(unitCount / columns));
  return {
    slot,
    gap,
    rows,
    columns,
    width: columns * (slot + gap) - gap,
    unitCount,
    isSpread: stage.shape.length < 3 && columns === 1,
  };
}

function firstLevel(stage: Stage, height: number): number {
  const levels = levelsOf(stage);
  const unitCount = stage.shape.at(-1) ?? 0;
  const found = levels.findIndex(
    ({ slot, gap, columns }) => unitCount <= columns * Math.floor((height + gap) / (slot + gap)),
  );
  return found < 0 ? levels.length - 1 : found;
}

/** Row by row, so that neighbours in number are neighbours in space. */
function placeUnits(
  { slot, gap, rows, columns, unitCount, isSpread }: ColumnSize,
  x: number,
  height: number,
): UnitPlace[] {
  // A single column of numbers spreads out: its edges are easier to follow.
  const pitch = isSpread ? Math.min(36, Math.max(slot + gap, (0.92 * height) / rows)) : slot + gap;
  const top = (height - (rows - 1) * pitch) / 2;
  return Array.from({ length: Math.min(unitCount, rows * columns) }, (_, channel) => {
    const column = channel % columns;
    const row = Math.floor(channel / columns);
    return { channel, column, row, x: x + column * (slot + gap) + slot / 2, y: top + row * pitch };
  });
}

/** The middles of `count` rows spread over the height, at most 44 apart. */
function spread(count: number, height: number): number[] {
  const pitch = Math.min(44, height / Math.max(1, count));
  return Array.from({ length: count }, (_, i) => height / 2 + (i - (count - 1) / 2) * pitch);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
