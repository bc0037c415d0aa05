/** Share of a map's positive values that lies where `inside` is 1; null where nothing is positive. */
export function positiveShare(map, inside) {
  let total = 0;
  let within = 0;
  map.forEach((value, i) => {
    total += Math.max(value, 0);
    within += Math.max(value, 0) * inside[i];
  });
  return total === 0 ? null : within / total;
}

/**
 * The smallest rectangle around the pixels in which two pictures [height, width, channels] differ; null where they are the
 * same.
 */
export function changedBox(a, b, [height, width, channels]) {
  const rows = [];
  const columns = [];
  for (let i = 0; i < height * width * channels; i++) {
    if (a[i] === b[i]) continue;
    const pixel = Math.floor(i / channels);
    rows.push(Math.floor(pixel / width));
    columns.push(pixel % width);
  }
  if (rows.length === 0) return null;
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  return { top, left, height: Math.max(...rows) - top + 1, width: Math.max(...columns) - left + 1 };
}

/** 1 inside a rectangle, 0 elsewhere: [height, width]. */
export function boxMask(box, [height, width]) {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width) - box.top, (i % width) - box.left];
    return row >= 0 && row < box.height && column >= 0 && column < box.width ? 1 : 0;
  });
}

/** A picture [height, width, channels] with a rectangle painted over: the mean colour of the pixels right around it. */
export function withoutBox(picture, box, [height, width, channels]) {
  const inside = boxMask(box, [height, width]);
  const wider = { top: box.top - 1, left: box.left - 1, height: box.height + 2, width: box.width + 2 };
  const around = boxMask(wider, [height, width]);
  const ring = [...inside.keys()].filter((i) => around[i] === 1 && inside[i] === 0);
  const colour = Array.from({ length: channels }, (_, k) => {
    return ring.reduce((sum, i) => sum + picture[channels * i + k], 0) / ring.length;
  });
  return picture.map((value, i) => (inside[Math.floor(i / channels)] === 1 ? colour[i % channels] : value));
}

/** A mask with everything between the first and the last marked pixel of each row: the core of a figure counts as well. */
export function filledRows(mask, width) {
  const filled = mask.slice();
  for (let start = 0; start < mask.length; start += width) {
    const row = mask.subarray(start, start + width);
    const [first, last] = [row.indexOf(1), row.lastIndexOf(1)];
    if (first >= 0) filled.fill(1, start + first, start + last + 1);
  }
  return filled;
}

/** Whether more of what is positive lies on the mark than on the whole figure, which is many times as large. */
export const looksAtMark = ({ onMark, onFigure }) => onMark !== null && onMark > onFigure;
