/** Draws into a square grey picture with values 0 (paper) to 1 (ink), stroke by stroke. */
export interface Pen {
  /** A smooth line through way points x0, y0, x1, y1, … in pixels. */
  draw(points: readonly number[]): void;
}

/** Straight pieces a curve is cut into between two way points. */
const PIECES = 5;

/**
 * A round pen of the given radius in pixels. `picture` is overwritten with coverage: 1 where the pen passed, 0 elsewhere,
 * and in between by the distance of the pixel's centre from the edge, which is what makes the edge smooth.
 */
export function roundPen(picture: Float32Array, side: number, radius: number): Pen {
  /** Marks the pixels within reach of the piece from (ax, ay) to (bx, by); no other pixel is looked at. */
  const piece = (ax: number, ay: number, bx: number, by: number): void => {
    const reach = radius + 0.5;
    const left = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
    const right = Math.min(side - 1, Math.floor(Math.max(ax, bx) + reach));
    const top = Math.max(0, Math.floor(Math.min(ay, by) - reach));
    const bottom = Math.min(side - 1, Math.floor(Math.max(ay, by) + reach));
    const dx = bx - ax;
    const dy = by - ay;
    const lengthSquared = Math.max(dx * dx + dy * dy, 1e-12);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const px = x + 0.5 - ax;
        const py = y + 0.5 - ay;
        const along = Math.max(0, Math.min(1, (px * dx + py * dy) / lengthSquared));
        const ex = px - along * dx;
        const ey = py - along * dy;
        const coverage = reach - Math.sqrt(ex * ex + ey * ey);
        const at = y * side + x;
        if (coverage > picture[at]!) picture[at] = Math.min(1, coverage);
      }
    }
  };

  return {
    draw(points) {
      const last = points.length / 2 - 1;
      for (let i = 0; i < last; i++) {
        const coordinate = catmullRom(points, i, last);
        let x = points[2 * i]!;
        let y = points[2 * i + 1]!;
        for (let k = 1; k <= PIECES; k++) {
          const nextX = coordinate(0, k / PIECES);
          const nextY = coordinate(1, k / PIECES);
          piece(x, y, nextX, nextY);
          x = nextX;
          y = nextY;
        }
      }
    },
  };
}

/**
 * The curve from way point i to i + 1 of Catmull and Rom, "A class of local interpolating splines", 1974: its direction
 * at a way point is that of the line between the neighbours. Beyond the ends the first and last point are repeated.
 */
function catmullRom(points: readonly number[], i: number, last: number): (axis: 0 | 1, t: number) => number {
  const before = 2 * Math.max(0, i - 1);
  const after = 2 * Math.min(last, i + 2);
  return (axis, t) => {
    const a = points[before + axis]!;
    const b = points[2 * i + axis]!;
    const c = points[2 * i + 2 + axis]!;
    const d = points[after + axis]!;
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  };
}
