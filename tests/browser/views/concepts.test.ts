import { page, userEvent } from 'vitest/browser';
import { beforeAll, expect, test } from 'vitest';
import type { ConceptPlace, Region } from '#src';
import {
  AtlasView,
  AttributionGraphView,
  ConceptRow,
  PinHistory,
  ReferenceStrip,
  RegionPicker,
} from '../../../components/index.ts';
import * as example from '../../support/exampleConcepts.ts';
import { exampleConceptViews } from '../../support/exampleConceptViews.ts';
import { exampleSamples, exampleShape } from '../../support/exampleRecords.ts';
import { mountView, settled } from '../../support/mountView.ts';

beforeAll(() => page.viewport(1600, 900));

/** Cast where it is used: the list of examples has forgotten which component they are for. */
const propsOf = (name: string) => exampleConceptViews.find((view) => view.name === name)!.props;
const nothing = () => {};

test('a row selects by its number and anywhere beside it, and takes a note', async () => {
  const heard: string[] = [];
  const { box, remove } = await mountView(
    ConceptRow,
    {
      ...propsOf('ConceptRow, against'),
      onselect: () => heard.push('selected'),
      onnote: (note: string) => heard.push(note),
    } as never,
    { width: 596 },
  );
  const pick = box.querySelector<HTMLElement>('.pick')!;
  expect(pick.getAttribute('aria-label')).toBe('channel 6, −4.7');
  await userEvent.click(pick);
  const { right, top } = box.querySelector('.row')!.getBoundingClientRect();
  (document.elementFromPoint(right - 40, top + 40) as HTMLElement).click();
  await userEvent.fill(box.querySelector('input')!, '  7’s stroke ');
  await userEvent.keyboard('{Tab}');
  expect(heard).toEqual(['selected', 'selected', '7’s stroke']);
  remove();
});

test('reference samples are one stop for Tab; arrow keys move between them, Enter goes to the sample', async () => {
  const chosen: number[] = [];
  const { box, remove } = await mountView(
    ReferenceStrip,
    {
      channel: 5,
      references: example.exampleReferences(),
      shape: exampleShape,
      look: 'map' as const,
      size: 57,
      className: String,
      empty: '',
      onselect: (sample: number) => chosen.push(sample),
    },
    { width: 300 },
  );
  const stops = box.querySelectorAll<HTMLElement>('button[tabindex="0"]');
  expect(stops).toHaveLength(1);
  stops[0]!.focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}{Enter}');
  expect(chosen).toEqual([51]);
  remove();
});

const cells = (region: Region | null) => region && [...region.rows, ...region.columns];

async function picker(region: Region | null) {
  const chosen: (Region | null)[] = [];
  const view = await mountView(
    RegionPicker,
    {
      sample: exampleSamples[4]!,
      shape: exampleShape,
      node: [14, 14] as const,
      region,
      size: 140,
      label: 'input',
      onregion: (part: Region | null) => chosen.push(part),
    },
    { width: 140 },
  );
  return { ...view, chosen, surface: view.box.querySelector<HTMLElement>('.picker')! };
}

test('a part of a picture is chosen by dragging, in cells of the layer; a click alone is all of it', async () => {
  const { surface, chosen, remove } = await picker(null);
  const { left, top } = surface.getBoundingClientRect();
  const send = (type: string, x: number, y: number, move = 0) =>
    surface.dispatchEvent(
      new PointerEvent(type, { clientX: left + x, clientY: top + y, movementX: move, pointerId: 1, bubbles: true }),
    );
  // A pointer that the browser does not know cannot be captured.
  surface.setPointerCapture = nothing;
  send('pointerdown', 25, 35);
  send('pointermove', 74, 51, 49);
  send('pointerup', 74, 51);
  send('pointerdown', 25, 35);
  send('pointerup', 25, 35);
  expect(chosen.map(cells)).toEqual([[3, 5, 2, 7], null]);
  remove();
});

test('a part of a picture is moved and resized by keys, and dropped by Escape', async () => {
  const none = await picker(null);
  none.surface.focus();
  await userEvent.keyboard('{ArrowDown}');
  expect(none.chosen.map(cells)).toEqual([[3, 10, 3, 10]]);
  none.remove();
  const { surface, chosen, remove } = await picker({ rows: [3, 8], columns: [4, 9] });
  surface.focus();
  await userEvent.keyboard('{ArrowDown}{Shift>}{ArrowLeft}{/Shift}{Escape}');
  expect(chosen.map(cells)).toEqual([[4, 9, 4, 9], [3, 8, 4, 8], null]);
  remove();
});

test('a concept of the graph and a leader of the atlas are selected by a click', async () => {
  const chosen: (ConceptPlace | number)[] = [];
  const graph = await mountView(
    AttributionGraphView,
    { ...propsOf('AttributionGraphView'), onselect: (place: ConceptPlace) => chosen.push(place) } as never,
    { width: 372 },
  );
  const nodes = [...graph.box.querySelectorAll<HTMLElement>('.node')];
  expect(nodes.filter((node) => node.getAttribute('aria-pressed') === 'true')).toHaveLength(1);
  nodes.find((node) => node.getAttribute('aria-label')!.startsWith('conv2, channel 9:'))!.click();
  graph.remove();
  const atlas = await mountView(
    AtlasView,
    { ...propsOf('AtlasView'), onselect: (channel: number) => chosen.push(channel) } as never,
    { width: 596 },
  );
  atlas.box.querySelector<HTMLElement>('.leader:nth-child(2)')!.click();
  expect(chosen).toEqual([{ at: 'relu2', channel: 9 }, 7]);
  atlas.remove();
});

test('a history tells its values by keys, and leads back to a step', async () => {
  const steps: number[] = [];
  const { box, remove } = await mountView(
    PinHistory,
    { ...propsOf('PinHistory'), onstep: (step: number) => steps.push(step) } as never,
    { width: 1360 },
  );
  box.querySelector<HTMLElement>('.surface')!.focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  await settled();
  expect(box.querySelector('[role="status"]')?.textContent?.replaceAll('\u00a0', ' ')).toBe(
    'step 740: rank 2 of 16, 22 %',
  );
  await userEvent.keyboard('{Enter}');
  box.querySelector<HTMLElement>('.maps button')!.click();
  expect(steps).toEqual([740, 40]);
  remove();
});
