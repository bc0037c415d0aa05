import type { LayerRelevance } from '#src';

/** A channel and the relevance that passes it. */
export interface ChannelRelevance {
  readonly channel: number;
  readonly value: number;
}

/** The `room` channels with the largest relevance, for or against; the selected one is always among them, in its place. */
export function topChannels({ channels }: LayerRelevance, selected: number, room: number): ChannelRelevance[] {
  const all = Array.from(channels, (value, channel) => ({ channel, value }));
  const bySize = [...all].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const shown = bySize.slice(0, Math.max(1, room));
  const own = all[selected];
  if (own && !shown.includes(own)) shown[shown.length - 1] = own;
  return shown.sort((a, b) => b.value - a.value);
}
