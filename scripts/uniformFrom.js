/** Numbers between 0 and 1 from a seed, by Park and Miller's generator: any will do that needs no library. */
export function uniformFrom(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
