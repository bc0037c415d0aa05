import { TILE } from './product.ts';

/** Adds a run to a list, or makes the last one longer where it goes on. Returns the end of the list. */
export function addRun(list: usize, end: usize, at: i32, length: i32): usize {
  if (end > list && at == load<i32>(end - 8) + 4 * load<i32>(end - 8, 4)) {
    store<i32>(end - 8, load<i32>(end - 8, 4) + length, 4);
    return end;
  }
  store<i32>(end, at);
  store<i32>(end, length, 4);
  return end + 8;
}

/** Fills a table of places up to whole tiles; the rows that are added count for nothing. */
export function fillTile(places: usize, end: usize): usize {
  while ((end - places) % (8 * TILE) != 0) {
    store<i64>(end, load<i64>(places));
    end += 8;
  }
  return end;
}
