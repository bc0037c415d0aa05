import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ConceptsRecord } from '#src';
import { text } from '../../components/index.ts';
import { collectErrors } from '../support/labConsole.ts';
import { openLab, type LabPage } from '../support/labPage.ts';
import { until } from '../support/labSession.ts';

const CHANNEL = 2;
/** The layer looked at, and one below it. */
const [AT, BELOW] = ['conv3', 'conv2'];

const workbench = () => document.querySelector<HTMLDialogElement>('dialog[open]')!;
const words = () => workbench().textContent!.replaceAll('\u00a0', ' ');
const says = (what: string) => until(`the page says "${what}"`, () => words().includes(what));
const section = () => workbench().querySelector<HTMLElement>(`section[aria-label="Channel ${CHANNEL}, unit by unit"]`);
const grid = () => section()!.querySelector<HTMLElement>('[role="application"]')!;
const values = () => [...workbench().querySelectorAll('.ranking .row .value')].map(({ textContent }) => textContent);
const isStale = () => workbench().querySelector('.ranking > .stale') !== null;

/** The workbench on a paused run. */
async function openWorkbench(): Promise<LabPage> {
  const lab = await openLab({ fragment: `stage=${AT}&channel=${CHANNEL}` });
  await lab.advance(20);
  await lab.session.pause();
  await page.getByRole('button', { name: 'Look closer' }).click();
  await until(
    'the units of the channel are drawn',
    () => workbench() !== null && section()?.querySelector('canvas') != null,
  );
  // What is shown first may be of the step before the pause.
  const foremost = text.concepts.rows.value(largestOf((await asked(lab, {})).relevance));
  await until('the numbers are those of now', () => !isStale() && values()[0] === foremost);
  return lab;
}

const nodeOf = ({ session }: LabPage, stage: string) => session.run!.stages.find(({ id }) => id === stage)!.output;

async function asked(lab: LabPage, options: object, stage = AT): Promise<ConceptsRecord['data']> {
  const { data } = (await lab.session.ask('measure', {
    sample: 0,
    class: null,
    step: null,
    instrument: 'concepts',
    options: { at: nodeOf(lab, stage), channels: [CHANNEL], ...options },
  })) as ConceptsRecord;
  return data;
}

const largestOf = (values: Float32Array) => values.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));

function pick(select: HTMLSelectElement, label: string): void {
  select.selectedIndex = [...select.options].findIndex((option) => option.label === label);
  if (select.selectedIndex < 0) throw new Error(`no option "${label}"`);
  select.dispatchEvent(new Event('change', { bubbles: true }));
}

test('one unit of a channel is singled out by pointer, keys and numbers, and given back', async () => {
  const errors = collectErrors();
  const lab = await openWorkbench();
  const {
    grid: [rows, columns],
    neurons,
  } = await asked(lab, {});
  expect(neurons.length).toBe(rows * columns);
  expect(rows).toBeGreaterThan(3);

  await page.getByRole('button', { name: 'The one with most' }).click();
  const most = neurons.findIndex((r) => Math.abs(r) === Math.max(...neurons.map(Math.abs)));
  await says(`The unit in row ${Math.floor(most / columns)}, column ${most % columns} of channel ${CHANNEL} carries`);

  grid().focus();
  // The first key lands in the middle, the others walk on.
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowRight}{Enter}');
  const [row, column] = [Math.floor(rows / 2) + 1, Math.floor(columns / 2) + 1];
  await says(`The unit in row ${row}, column ${column} of channel ${CHANNEL} carries`);
  await until('the map of the unit is there', () => {
    return section()!.querySelector(`[aria-label^="What the unit in row ${row}, column ${column}"] canvas`) !== null;
  });

  const box = grid().getBoundingClientRect();
  await userEvent.click(grid(), { position: { x: (1.5 * box.width) / columns, y: (2.5 * box.height) / rows } });
  await says(`The unit in row 2, column 1 of channel ${CHANNEL} carries`);
  const [rowField, columnField] = section()!.querySelectorAll<HTMLInputElement>('input[type="number"]');
  expect([rowField!.value, columnField!.value]).toEqual(['2', '1']);
  await userEvent.fill(columnField!, '999');
  await userEvent.keyboard('{Tab}');
  await says(`The unit in row 2, column ${columns - 1} of channel ${CHANNEL} carries`);

  grid().focus();
  await userEvent.keyboard('{Escape}');
  await says(`Channel ${CHANNEL} carries`);
  expect(workbench(), 'Escape gives the channel back first').not.toBe(null);
  expect(errors).toEqual([]);
});

test('a unit can be what other layers are asked through', async () => {
  const errors = collectErrors();
  const lab = await openWorkbench();
  await page.getByRole('button', { name: 'The one with most' }).click();
  await page.getByRole('button', { name: 'Ask other layers through it' }).click();
  await says(`Other layers are asked only through this unit of ${AT}.`);
  lab.session.select({ stage: BELOW, channel: CHANNEL });
  await says(`Only through ${AT}: channel ${CHANNEL} in row`);
  const { neurons } = await asked(lab, {});
  const position = neurons.findIndex((r) => Math.abs(r) === Math.max(...neurons.map(Math.abs)));
  const through = await asked(lab, { conditions: { [nodeOf(lab, AT)]: { [CHANNEL]: position } } }, BELOW);
  const most = text.concepts.rows.value(largestOf(through.relevance));
  await until('the ranking is that of the unit', () => !isStale() && values()[0] === most);
  await page.getByRole('button', { name: 'Drop it' }).click();
  await until('the condition is gone', () => !words().includes(`Only through ${AT}: channel`));
  expect(errors).toEqual([]);
});

test('relevance may start with 1 or with any number, and says so', async () => {
  const errors = collectErrors();
  const lab = await openWorkbench();
  const ranks = (what: string, { relevance }: ConceptsRecord['data']) =>
    until(what, () => !isStale() && values()[0] === text.concepts.rows.value(largestOf(relevance)));
  const usual = await asked(lab, {});
  await ranks('the ranking of the logit is there', usual);
  workbench().querySelector<HTMLElement>('summary[aria-label="Conditions of the ranking"]')!.click();
  const select = workbench().querySelector<HTMLSelectElement>('.menu select')!;

  for (const [kind, initial, start] of [
    ['1', 1, 1],
    ['the probability', 'probability', usual.probability],
  ] as const) {
    pick(select, kind);
    await says(`Relevance starts with ${text.concepts.rows.value(start)}, not with`);
    await ranks(`the ranking of ${kind} is there`, await asked(lab, { initial }));
  }

  pick(select, 'a number');
  const other = usual.usualStart > 0 ? -300 : 300;
  await userEvent.fill(page.getByRole('spinbutton', { name: 'Number' }), String(other));
  await userEvent.keyboard('{Tab}');
  await says(`Relevance starts with ${text.concepts.rows.value(other)}, not with`);
  await says('The signs differ: red speaks against');
  await ranks(`the ranking of ${other} is there`, await asked(lab, { initial: other }));
  await userEvent.keyboard('{Escape}');
  await until('the menu is closed', () => workbench().querySelector('details[open]') === null);
  expect(workbench(), 'Escape closes the menu only').not.toBe(null);

  await page.getByRole('button', { name: 'As usual' }).click();
  await ranks('the first ranking is back', usual);
  expect(words()).not.toContain('Relevance starts with');
  expect(errors).toEqual([]);
});
