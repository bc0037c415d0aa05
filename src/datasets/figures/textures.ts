/** Distance in pixels after which a texture repeats. */
export const PERIOD = 5;

/** Lightness inside a figure: 0 is the plain colour, 1 as light and -1 as dark as it gets. */
export interface FigureTexture {
  readonly name: string;
  /** At (u, v), in pixels along the axes of the figure. Its mean over a period is 0, so the mean colour does not tell it. */
  lightness(u: number, v: number): number;
}

const DOT_RADIUS = 1.6;
/** Share of the area under dots. */
const DOTS = (Math.PI * DOT_RADIUS * DOT_RADIUS) / (PERIOD * PERIOD);

/** 1 well above 0, -1 well below, and a ramp one pixel wide between them, which keeps edges smooth. */
const step = (distance: number): number => Math.max(-1, Math.min(1, 2 * distance));

/** Distance from the middle of the period that `t` lies in. */
const offMiddle = (t: number): number => Math.abs(t - PERIOD * Math.floor(t / PERIOD) - PERIOD / 2);

/** Light and dark by turns, half a period each. */
const bands = (t: number): number => step(PERIOD / 4 - offMiddle(t));

/** Four ways to fill a figure. */
export const textures: readonly FigureTexture[] = [
  { name: 'plain', lightness: () => 0 },
  { name: 'stripes', lightness: (_, v) => bands(v) },
  { name: 'checks', lightness: (u, v) => bands(u) * bands(v) },
  {
    name: 'dots',
    lightness(u, v) {
      const [x, y] = [offMiddle(u), offMiddle(v)];
      const isDot = (1 + step(DOT_RADIUS - Math.sqrt(x * x + y * y))) / 2;
      return (isDot - DOTS) / (1 - DOTS);
    },
  },
];
