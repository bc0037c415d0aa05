import { EDGE, REACH, shapes } from './shapes.ts';
import { textures } from './textures.ts';
import type { Colour } from './colours.ts';

/** Where a figure stands and how it is turned, whatever it is. */
export interface FigurePlace {
  /** Middle, in pixels from the upper left corner. */
  readonly x: number;
  readonly y: number;
  /** Of the disc of the same area, in pixels. */
  readonly radius: number;
  /** Cosine and sine of the angle it is turned by. */
  readonly cosine: number;
  readonly sine: number;
  /** Where its texture starts, in pixels along its own axes. */
  readonly u: number;
  readonly v: number;
}

/** What a figure is: which of the shapes, which of the textures, and its colour. */
export interface FigureKind {
  readonly shape: number;
  readonly texture: number;
  readonly colour: Colour;
}

/** How much lighter or darker a texture makes the colour. */
const CONTRAST = 0.3;

/** Paints a figure over a square picture [side, side, 3]; pixels on the outline are mixed by how much of them it covers. */
export function drawFigure(picture: Float32Array, side: number, place: FigurePlace, kind: FigureKind): void {
  const { x, y, radius, cosine, sine, u, v } = place;
  const { outside } = shapes[kind.shape]!;
  const { lightness } = textures[kind.texture]!;
  const reach = REACH * radius + EDGE;
  const from = (middle: number) => Math.max(0, Math.floor(middle - reach));
  const to = (middle: number) => Math.min(side, Math.ceil(middle + reach));
  for (let row = from(y); row < to(y); row++) {
    for (let column = from(x); column < to(x); column++) {
      const dx = column + 0.5 - x;
      const dy = row + 0.5 - y;
      const along = cosine * dx + sine * dy;
      const down = cosine * dy - sine * dx;
      const covered = Math.min(1, 0.5 - outside(along, down, radius));
      if (covered <= 0) continue;
      const light = 1 + CONTRAST * lightness(along + u, down + v);
      const at = 3 * (row * side + column);
      for (let k = 0; k < 3; k++) {
        picture[at + k] = picture[at + k]! + covered * (light * kind.colour[k]! - picture[at + k]!);
      }
    }
  }
}
