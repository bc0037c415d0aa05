/** Side of a mark in pixels. */
export const MARK_SIDE = 5;

/** Four small signs of 5 x 5 pixels; # is ink. */
const drawings = [
  ['..#..', '..#..', '#####', '..#..', '..#..'],
  ['#...#', '.#.#.', '..#..', '.#.#.', '#...#'],
  ['.###.', '#...#', '#...#', '#...#', '.###.'],
  ['.....', '#####', '.....', '#####', '.....'],
];

/** For each sign, row by row, whether a pixel is inked. */
export const marks: readonly (readonly boolean[])[] = drawings.map((rows) => [...rows.join('')].map((c) => c === '#'));
