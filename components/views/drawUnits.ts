import type { NetworkSnapshot, StrengthRecord } from '#src';
import { colourTable, palette, tableIndex, type Scale } from '../charts/colour.ts';
import { pixelSheet, type PixelSheet } from '../charts/pixelSheet.ts';
import type { ThemeName } from '../charts/theme.svelte.ts';
import { thumbnailSide, type NetworkLayout, type StageColumn } from './networkLayout.ts';

/** What a stage answers, as a colour scale: one per stage, so that its units can be compared. */
export interface AnswerScale {
  readonly scale: Scale;
  readonly most: number;
}

/** Amounts when nothing is negative, as after relu; signed otherwise. */
export function answerScale(values: Float32Array): AnswerScale {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  return low < 0 ? { scale: 'signed', most: Math.max(high, -low) } : { scale: 'amount', most: high };
}

/** Outgoing strengths of a stage and the size of the largest; null where nothing is known. */
export function outgoingOf(strength: StrengthRecord | undefined, stage: string) {
  const sums = strength?.data.layers.find((layer) => layer.stage === stage)?.outgoing;
  return sums ? { sums, largest: sums.reduce((most, value) => Math.max(most, Math.abs(value)), 0) } : null;
}

/** What one redraw needs to know. */
export interface UnitPicture {
  readonly layout: NetworkLayout;
  readonly snapshot: NetworkSnapshot;
  readonly strength: StrengthRecord | undefined;
  readonly theme: ThemeName;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** Draws all thumbnails of a network into one canvas. Keeps its buffers, so that ten redraws a second stay cheap. */
export function unitPainter(canvas: HTMLCanvasElement): (picture: UnitPicture) => void {
  const context = canvas.getContext('2d')!;
  const sheets = new Map<string, PixelSheet>();

  return ({ layout, snapshot, strength, theme, ratio }) => {
    const width = Math.round(layout.width * ratio);
    const height = Math.round(layout.height * ratio);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    else context.clearRect(0, 0, width, height);
    context.lineWidth = Math.max(1, Math.floor(ratio));
    context.strokeStyle = palette[theme].hairline;

    for (const column of layout.stages) {
      const values = snapshot.outputs[column.index];
      if (!values) continue;
      const fill = tileFill(column, values);
      const outgoing = outgoingOf(strength, column.stage.id);
      for (const { channel, x, y } of column.units) {
        const side = outgoing
          ? thumbnailSide(column.slot, outgoing.sums[channel] ?? 0, outgoing.largest)
          : 0.86 * column.slot;
        // Whole device pixels keep frames and pixels sharp.
        const size = Math.round(side * ratio);
        const left = Math.round(x * ratio - size / 2);
        const top = Math.round(y * ratio - size / 2);
        fill(channel, left, top, size);
        const half = context.lineWidth / 2;
        if (column.slot > 12 || !column.isMap)
          context.strokeRect(left - half, top - half, size + 2 * half, size + 2 * half);
      }
    }

    function tileFill(column: StageColumn, values: Float32Array) {
      const { scale, most } = answerScale(values);
      if (!column.isMap) {
        const table = colourTable(scale, theme);
        return (channel: number, x: number, y: number, size: number) => {
          context.fillStyle = css(table[tableIndex(values[channel]!, most, scale)]!);
          context.fillRect(x, y, size, size);
        };
      }
      const [rows = 1, columns = 1, channels = 1] = column.stage.shape;
      let sheet = sheets.get(column.stage.id);
      if (!sheet) sheets.set(column.stage.id, (sheet = pixelSheet()));
      sheet.fill({ values, height: rows, width: columns, channels }, { scale, most, theme });
      return (channel: number, x: number, y: number, size: number) => {
        // A map that is not square keeps its shape on paper of its own.
        const w = columns >= rows ? size : Math.round((size * columns) / rows);
        const h = rows >= columns ? size : Math.round((size * rows) / columns);
        if (w !== h) {
          context.fillStyle = palette[theme].paper;
          context.fillRect(x, y, size, size);
        }
        sheet.draw(context, channel, x + ((size - w) >> 1), y + ((size - h) >> 1), w, h);
      };
    }
  };
}

const bytes = new Uint8ClampedArray(4);
const packed = new Uint32Array(bytes.buffer);

function css(colour: number): string {
  packed[0] = colour;
  return `rgb(${bytes[0]} ${bytes[1]} ${bytes[2]})`;
}
