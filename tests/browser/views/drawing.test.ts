import { page } from 'vitest/browser';
import { beforeAll, expect, test } from 'vitest';
import { exampleViews } from '../../support/exampleViews.ts';
import { accessibilityFaults, coloursIn, listenToConsole, mountView, textFaults } from '../../support/mountView.ts';

beforeAll(() => page.viewport(1600, 900));

const cases = exampleViews.flatMap((view) => ['light', 'dark'].map((theme) => ({ ...view, theme })));

test.for(cases)('$name draws in the $theme theme, can be read by everyone, and keeps its words apart', async (one) => {
  const heard = listenToConsole();
  const { box, remove } = await mountView(one.component, one.props, one);
  try {
    expect(box.textContent?.length).toBeGreaterThan(0);
    // Small samples may hold few colours; a canvas that was never drawn holds one.
    for (const canvas of box.querySelectorAll('canvas')) expect(coloursIn(canvas)).toBeGreaterThan(1);
    expect(textFaults(box)).toEqual([]);
    expect(await accessibilityFaults(box)).toEqual([]);
  } finally {
    remove();
    heard.stop();
  }
  expect(heard.messages).toEqual([]);
});

// The widest of the common system fonts: where it is not installed, the page's own is asked again.
test.for(exampleViews)('$name keeps its words apart in a wide font', async (one) => {
  const { box, remove } = await mountView(one.component, one.props, { ...one, font: "'DejaVu Sans', Verdana" });
  expect(textFaults(box)).toEqual([]);
  remove();
});

test('a map follows the theme', async () => {
  const field = exampleViews.find(({ name }) => name === 'FieldView')!;
  const { box, remove } = await mountView(field.component, field.props);
  const corner = () => [...box.querySelector('canvas')!.getContext('2d')!.getImageData(0, 0, 1, 1).data];
  expect(corner()).toEqual([251, 250, 247, 255]);
  document.documentElement.dataset['theme'] = 'dark';
  await expect.poll(corner).toEqual([22, 24, 28, 255]);
  remove();
});
