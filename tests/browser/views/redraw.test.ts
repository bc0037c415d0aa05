import { flushSync, mount, unmount } from 'svelte';
import { expect, test } from 'vitest';
import { NetworkView } from '../../../components/index.ts';
import * as example from '../../support/exampleRecords.ts';
import { settled } from '../../support/mountView.ts';
import { reactive } from '../../support/reactive.svelte.ts';

test('a new snapshot repaints the units; what that costs is printed', async () => {
  const box = document.createElement('div');
  box.style.width = '764px';
  document.body.append(box);
  const props = reactive({
    stages: example.exampleStages,
    sampleShape: example.exampleShape,
    snapshot: example.exampleSnapshot(4),
    strength: example.exampleStrength(),
    edges: example.exampleEdges(),
    selection: example.exampleSelection,
    classes: example.exampleClasses,
    onselect: () => {},
  });
  const view = mount(NetworkView, { target: box, props: props.current });
  await settled();
  const canvas = [...box.querySelectorAll('canvas')].at(-1)!;
  const before = canvas.toDataURL();

  const snapshots = Array.from({ length: 40 }, (_, i) => example.exampleSnapshot(4, 1241 + i));
  const times = snapshots.map((snapshot) => {
    const start = performance.now();
    props.current.snapshot = snapshot;
    flushSync();
    return performance.now() - start;
  });
  expect(canvas.toDataURL()).not.toBe(before);
  const sorted = times.slice(5).sort((a, b) => a - b);
  const [median, worst] = [sorted[sorted.length >> 1]!, sorted.at(-1)!];
  console.info(`redraw of 52 thumbnails: median ${median.toFixed(2)} ms, worst ${worst.toFixed(2)} ms`);
  void unmount(view);
  box.remove();
});
