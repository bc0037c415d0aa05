import { color, interpolateLab, piecewise, rgb } from 'd3';
import type { ThemeName } from './theme.svelte.ts';

/** Colours that canvases need as numbers. Everything drawn as SVG or HTML takes them from `tokens.css`. */
export const palette = {
  light: { paper: '#fbfaf7', ink: '#1d1f23', hairline: '#e3e0d8', warm: '#b2182b', cool: '#2166ac' },
  dark: { paper: '#16181c', ink: '#e8e6e1', hairline: '#2a2d33', warm: '#f4796b', cool: '#5aa5e8' },
} as const satisfies Record<ThemeName, object>;

/** The teal map of amounts, from paper (nothing) to the strongest. */
export const amountStops = {
  light: ['#fbfaf7', '#c5e2d6', '#62ab9e', '#1f7a74', '#0b3a42'],
  dark: ['#16181c', '#1c3b40', '#23696a', '#46a893', '#c4efdb'],
} as const satisfies Record<ThemeName, readonly string[]>;

/**
 * Ten class colours, found by a search in OKLab for the largest smallest distance between any two, seen with normal
 * vision and with no red, green or blue cones, all at 3:1 or more on paper. The test repeats the check.
 */
export const classColours = {
  light: ['#b0540e', '#773ac1', '#15667b', '#ed636a', '#5898b7', '#7c3804', '#1e2791', '#9c63ec', '#361713', '#1b1454'],
  dark: ['#eea444', '#b082f7', '#10a49e', '#d56e49', '#a8c7fa', '#ab4721', '#5a51d9', '#7f5b87', '#fadb86', '#c8f9fc'],
} as const satisfies Record<ThemeName, readonly string[]>;

/** What a colour scale means: a quantity from nothing to most, a sign around zero, or ink on paper. */
export type Scale = 'amount' | 'signed' | 'ink';

/** Powers that bend the maps, so that little is not drawn as nothing. */
const AMOUNT_POWER = 0.8;
const SIGNED_POWER = 0.75;

const ENTRIES = 256;

/** 256 colours as packed RGBA, in the byte order of an ImageData buffer. */
export type ColourTable = Uint32Array;

function table(colourAt: (t: number) => string): ColourTable {
  const packed = new Uint32Array(ENTRIES);
  // Both views share one buffer, so the packing is right whatever the machine's byte order.
  const bytes = new Uint8ClampedArray(packed.buffer);
  for (let i = 0; i < ENTRIES; i++) {
    const { r, g, b } = rgb(color(colourAt(i / (ENTRIES - 1))) ?? rgb(0, 0, 0));
    bytes.set([r, g, b, 255], 4 * i);
  }
  return packed;
}

function makeTable(scale: Scale, name: ThemeName): ColourTable {
  const { paper, ink, warm, cool } = palette[name];
  if (scale === 'ink') return table(interpolateLab(paper, ink));
  if (scale === 'amount') {
    const ramp = piecewise(interpolateLab, [...amountStops[name]]);
    return table((t) => ramp(t ** AMOUNT_POWER));
  }
  const up = interpolateLab(paper, warm);
  const down = interpolateLab(paper, cool);
  // Entry 128 is zero: 128 entries below it, 127 above.
  return table((t) => {
    const s = (t * (ENTRIES - 1) - 128) / 127;
    return s >= 0 ? up(s ** SIGNED_POWER) : down(Math.min(1, -s) ** SIGNED_POWER);
  });
}

const made = new Map<string, ColourTable>();

/** The lookup table of a scale in a theme; made once. */
export function colourTable(scale: Scale, name: ThemeName): ColourTable {
  const key = `${scale} ${name}`;
  let found = made.get(key);
  if (!found) made.set(key, (found = makeTable(scale, name)));
  return found;
}

/** Which entry of a table shows `value`, where `most` is the value at the end of the scale. NaN counts as nothing. */
export function tableIndex(value: number, most: number, scale: Scale): number {
  const t = most > 0 ? value / most : 0;
  if (scale === 'signed') return t >= 1 ? 255 : t <= -1 ? 0 : Number.isNaN(t) ? 128 : (128.5 + 127 * t) | 0;
  return t >= 1 ? 255 : t > 0 ? (255 * t + 0.5) | 0 : 0;
}
