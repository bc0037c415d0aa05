type Point = readonly [number, number];

/** Strokes of ten digits in a unit square, y down; arcs are given as short chains. */
const STROKES: readonly (readonly (readonly Point[])[])[] = [
  [arc(0.5, 0.5, 0.2, 0.3, 0, 360)],
  [
    [
      [0.4, 0.3],
      [0.52, 0.2],
      [0.52, 0.8],
    ],
  ],
  [[...arc(0.5, 0.36, 0.18, 0.16, 190, 380), [0.32, 0.8], [0.7, 0.8]]],
  [[...arc(0.48, 0.35, 0.17, 0.15, 200, 440)], [...arc(0.48, 0.65, 0.19, 0.16, 280, 520)]],
  [
    [
      [0.56, 0.2],
      [0.28, 0.6],
      [0.72, 0.62],
    ],
    [
      [0.6, 0.34],
      [0.56, 0.86],
    ],
  ],
  [[[0.68, 0.2], [0.38, 0.2], [0.36, 0.46], ...arc(0.48, 0.62, 0.19, 0.18, 240, 500)]],
  [[[0.6, 0.18], [0.36, 0.5], ...arc(0.5, 0.64, 0.17, 0.16, 180, 540)]],
  [
    [
      [0.3, 0.22],
      [0.7, 0.22],
      [0.44, 0.82],
    ],
  ],
  [arc(0.5, 0.35, 0.14, 0.14, 0, 360), arc(0.5, 0.66, 0.18, 0.17, 0, 360)],
  [
    arc(0.5, 0.36, 0.16, 0.16, 0, 360),
    [
      [0.66, 0.36],
      [0.6, 0.82],
    ],
  ],
];

function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  return Array.from({ length: 17 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 16) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** A digit as grey levels from 0 paper to 1 ink, [side, side]. */
export function drawDigit(digit: number, side: number): Float32Array {
  const values = new Float32Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const point: Point = [(x + 0.5) / side, (y + 0.5) / side];
      let distance = 1;
      for (const stroke of STROKES[digit]!)
        for (let i = 1; i < stroke.length; i++)
          distance = Math.min(distance, toSegment(point, stroke[i - 1]!, stroke[i]!));
      values[y * side + x] = Math.max(0, Math.min(1, 1.6 - distance * side * 0.75));
    }
  return values;
}

function toSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / (length || 1)));
  return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
}
