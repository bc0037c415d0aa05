/**
 * The fewest channels that hold more than half of what speaks for a class (sign 1) or against it (sign −1), largest first.
 * Empty where nothing does.
 */
export function mainChannels(relevance: ArrayLike<number>, sign: 1 | -1): number[] {
  const own = Array.from(relevance, (value, channel) => ({ channel, value: sign * value }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || a.channel - b.channel);
  const all = own.reduce((sum, { value }) => sum + value, 0);
  let held = 0;
  const needed = own.findIndex(({ value }) => (held += value) > all / 2);
  return own.slice(0, needed + 1).map(({ channel }) => channel);
}
