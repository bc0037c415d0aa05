import { userEvent } from 'vitest/browser';
import { expect, test } from 'vitest';
import type { Selection } from '#src';
import { FieldView, InstrumentCard, NetworkView, SampleStrip, StrengthView, text } from '../../../components/index.ts';
import * as example from '../../support/exampleRecords.ts';
import { mountView, settled } from '../../support/mountView.ts';

const network = {
  stages: example.exampleStages,
  sampleShape: example.exampleShape,
  snapshot: example.exampleSnapshot(),
  strength: example.exampleStrength(),
  selection: example.exampleSelection,
  classes: example.exampleClasses,
};

test('units are one stop for Tab, arrow keys move between them, Enter selects', async () => {
  const chosen: Partial<Selection>[] = [];
  const { box, remove } = await mountView(
    NetworkView,
    { ...network, onselect: (change: Partial<Selection>) => chosen.push(change) },
    { width: 764 },
  );
  const stops = box.querySelectorAll<HTMLElement>('.units button[tabindex="0"]');
  expect(stops.length).toBe(1);
  expect(stops[0]!.getAttribute('aria-label')).toMatch(/^conv3, channel 5, strength [+−]\d+\.\d$/);
  stops[0]!.focus();
  await userEvent.keyboard('{ArrowRight}{ArrowDown}{Enter}');
  await settled();
  expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^conv4, channel/);
  expect(chosen).toEqual([{ stage: 'conv4', channel: expect.any(Number) as number, position: null }]);
  remove();
});

test('a class is chosen by its row', async () => {
  const chosen: Partial<Selection>[] = [];
  const { box, remove } = await mountView(
    NetworkView,
    { ...network, onselect: (change: Partial<Selection>) => chosen.push(change) },
    { width: 764 },
  );
  box.querySelector<HTMLElement>('.classes button:nth-child(8)')!.click();
  expect(chosen).toEqual([{ class: 7 }]);
  remove();
});

test('arrow keys walk along the dots of a layer and to the next layer', async () => {
  const chosen: string[] = [];
  const { box, remove } = await mountView(StrengthView, {
    record: example.exampleStrength(),
    stage: 'conv3',
    channel: 3,
    onselect: (stage: string, channel: number) => chosen.push(`${stage} ${channel}`),
  });
  const slider = box.querySelector<HTMLElement>('[role="slider"]')!;
  expect(slider.getAttribute('aria-valuetext')).toBe('conv3, channel 3: −11.9');
  slider.focus();
  await userEvent.keyboard('{ArrowLeft}{ArrowUp}');
  expect(chosen[0]).toBe('conv3 0');
  expect(chosen[1]).toMatch(/^conv2 \d+$/);
  remove();
});

test('a map says the value at the point the arrow keys reach, and is silent after Escape', async () => {
  const { box, remove } = await mountView(FieldView, {
    record: example.exampleField(),
    sampleShape: example.exampleShape,
  });
  box.querySelector<HTMLElement>('.map [role="img"]')!.focus();
  await userEvent.keyboard('{ArrowDown}');
  await settled();
  expect(box.querySelector('[role="status"]')?.textContent).toMatch(/^row 14, column 14: 0\.0\d+$/);
  await userEvent.keyboard('{Escape}');
  await settled();
  expect(box.querySelector('[role="status"]')).toBe(null);
  remove();
});

test('"What is this" opens by keyboard, and Escape leads back', async () => {
  const { box, remove } = await mountView(InstrumentCard, {
    name: 'Field',
    subtitle: 'where it looks',
    about: text.instrument.field.about,
    empty: text.instrument.field.empty,
  });
  const summary = box.querySelector('summary')!;
  summary.focus();
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => box.querySelector('details')!.open).toBe(true);
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => box.querySelector('details')!.open).toBe(false);
  expect(document.activeElement).toBe(summary);
  remove();
});

test('samples are a group of radio buttons', async () => {
  const chosen: number[] = [];
  const { box, remove } = await mountView(SampleStrip, {
    samples: example.exampleSamples,
    shape: example.exampleShape,
    labels: [...example.exampleSamples.keys()],
    selected: 4,
    onselect: (index: number) => chosen.push(index),
    title: 'Samples',
  });
  box.querySelector<HTMLElement>('[role="radio"][aria-checked="true"]')!.focus();
  await userEvent.keyboard('{ArrowRight}{ArrowDown}');
  expect(chosen).toEqual([5, 9]);
  remove();
});
