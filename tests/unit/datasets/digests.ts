/** Digests of the generated sets with seed 7 and their defaults: the bytes every engine must make. */
export const digests: Readonly<Record<string, string>> = {
  glyphs: '773bb120f5c7c246',
  concepts: '766de32d451ad71f',
  xor: 'e61d684c693f1c06',
  circles: '6ea2cb96cdc99074',
  moons: '826f7cfe310012f8',
  spirals: '3b3b4fced4d472bb',
  gaussians: '6c67fee675e37f98',
};
