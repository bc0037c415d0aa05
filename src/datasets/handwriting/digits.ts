/** A pen stroke in a box of 100 by 100, y downwards. */
export interface Stroke {
  /** Way points x0, y0, x1, y1, … */
  readonly points: readonly number[];
  /** Positions in the list of way points where the pen starts, turns a corner, and ends. Between them the line is smooth. */
  readonly corners: readonly number[];
}

/** One way of writing a digit. */
export type Style = readonly Stroke[];

/** Reads `'x y x y / x y'`: pairs are way points, a slash says that the pen turns a corner at the point before it. */
function stroke(path: string): Stroke {
  const points: number[] = [];
  const corners = [0];
  for (const run of path.split('/')) {
    points.push(...run.trim().split(/\s+/).map(Number));
    corners.push(points.length / 2 - 1);
  }
  return { points, corners };
}

const style = (...paths: string[]): Style => paths.map(stroke);

/** How the digits are written, several hands each. Our own drawings; nothing was traced from a font or a data set. */
export const digitStyles: readonly (readonly Style[])[] = [
  [
    style('58 5  36 9  23 34  22 64  35 92  53 97  70 86  79 58  76 28  64 8  48 5'),
    style('49 4  25 19  17 50  27 84  50 96  74 83  83 50  73 16  50 4'),
    style('62 9  44 4  29 22  23 54  30 86  48 97  66 86  76 52  72 18  58 6'),
  ],
  [
    style('52 3  51 50  50 97'),
    style('31 25  54 3 / 53 50  52 97'),
    style('33 20  53 4 / 52 96', '31 96  73 96'),
    style('60 3  50 50  42 97'),
  ],
  [
    style('24 24  34 8  53 3  71 12  74 31  60 54  40 76  21 95 / 50 94  80 94'),
    style('26 20  40 4  62 6  73 22  66 46  46 70  28 91  18 89  24 80  42 84  62 95  82 89'),
    style('22 18  42 4  66 9  72 30  54 58  22 94 / 48 91  78 95'),
  ],
  [
    style('25 15  43 3  65 8  71 25  60 40  42 46 / 64 50  77 67  70 88  50 97  32 94  21 83'),
    style('25 5  74 5 / 45 40 / 66 45  78 66  69 89  47 97  23 87'),
    style('28 10  50 3  70 14  66 34  48 45  66 52  76 72  62 92  40 97  22 88'),
  ],
  [
    style('35 5  28 34  20 61 / 50 61  82 58', '65 28  62 62  59 97'),
    style('60 3  40 34  17 67 / 50 67  83 66', '61 3  61 50  60 97'),
    style('30 5  25 50 / 50 53  72 50', '74 4  72 50  70 97'),
  ],
  [
    style('74 4  33 5 / 28 44 / 46 38  66 43  77 61  71 84  50 96  24 88'),
    style('35 6  29 43 / 49 38  69 46  76 65  67 87  46 97  23 89', '34 6  77 3'),
    style('70 7  38 5 / 30 40 / 52 41  72 54  72 78  54 94  26 95'),
  ],
  [
    style('66 4  45 20  29 46  23 71  33 92  52 97  70 88  76 70  66 55  49 51  33 60  25 76'),
    style('56 3  38 33  25 65  30 90  50 98  70 90  75 73  63 58  45 58  28 74'),
    style('73 12  58 3  38 16  25 48  26 80  44 97  64 93  75 76  68 58  50 53  32 62  25 76'),
  ],
  [
    style('22 6  50 6  79 5 / 60 46  45 97'),
    style('23 6  50 6  78 5 / 60 46  47 97', '37 52  72 48'),
    style('23 19  25 5 / 52 7  78 5 / 57 46  47 97'),
  ],
  [
    style('67 15  48 3  31 12  32 29  50 45  70 61  76 80  62 95  41 97  26 85  28 67  48 50  66 34  70 17  60 6'),
    style('50 46  33 37  29 18  50 3  71 18  67 37  50 46 / 27 61  23 82  50 97  77 82  73 60  50 46'),
    style('72 11  52 4  33 14  38 34  60 52  72 74  60 94  40 94  30 76  42 54  62 34  73 12'),
  ],
  [
    style('72 22  58 5  40 4  27 19  29 37  45 47  62 39  73 20 / 71 50  66 76  61 97'),
    style('73 25  60 5  41 5  27 22  34 42  54 46  70 31  74 12 / 77 44  69 80  50 97  29 91'),
    style('68 14  50 3  31 14  28 34  44 47  62 36  70 12 / 68 54  56 97'),
  ],
];
