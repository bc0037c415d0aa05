/** Red, green and blue, 0 to 1. */
export type Colour = readonly [number, number, number];

/**
 * Four colours that stay apart for colour-blind readers: at least 30 in CIELAB under full protanopia, deuteranopia and
 * tritanopia (Machado et al., "A physiologically-based model for simulation of color vision deficiency", 2009). None is
 * so light that a texture could not make it lighter.
 */
export const colours: readonly { readonly name: string; readonly rgb: Colour }[] = [
  { name: 'blue', rgb: [0.12, 0.28, 0.62] },
  { name: 'yellow', rgb: [0.76, 0.61, 0.12] },
  { name: 'red', rgb: [0.7, 0.24, 0.16] },
  { name: 'teal', rgb: [0.2, 0.62, 0.62] },
];
