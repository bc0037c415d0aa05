import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { networkFromJSON, type ConceptsRecord, type RelevanceRecord } from '#src';
import { relativeError } from '../support/finiteDifference.ts';
import { collectErrors } from '../support/labConsole.ts';
import { openLab, type LabPage } from '../support/labPage.ts';
import { until } from '../support/labSession.ts';

/** Float32 sums of maps whose parts cancel, relative to the largest value. */
const TOLERANCE = 1e-4;

const workbench = () => document.querySelector<HTMLDialogElement>('dialog[open]')!;
const rows = () => [...workbench().querySelectorAll('.row .pick')];
const heading = (words: RegExp) => [...workbench().querySelectorAll('h3')].some((h) => words.test(h.textContent ?? ''));

/** A labelled select of the workbench's header. */
function headerSelect(label: string): HTMLSelectElement {
  return [...workbench().querySelectorAll('header label')]
    .find((candidate) => candidate.querySelector('span')?.textContent === label)!
    .querySelector('select')!;
}

function pick(label: string, value: string): void {
  const select = headerSelect(label);
  const options = [...select.options];
  select.selectedIndex = options.findIndex((option) => option.label === value);
  if (select.selectedIndex < 0) throw new Error(`no option "${value}": ${options.map((o) => o.label).join(', ')}`);
  select.dispatchEvent(new Event('change', { bubbles: true }));
}

const place = () => workbench().querySelector('.place')?.textContent ?? '';

async function openWorkbench(fragment: string): Promise<LabPage> {
  const lab = await openLab({ fragment });
  await lab.advance(20);
  await page.getByRole('button', { name: 'Look closer' }).click();
  await until('the workbench shows who argues', () => workbench() !== null && rows().length > 0);
  return lab;
}

test('any node of a residual net can be asked who argues, and the maps of a node on every path are the whole', async () => {
  const errors = collectErrors();
  const lab = await openWorkbench('net=residual');
  await lab.session.pause();
  const nodes = networkFromJSON(lab.session.description!.network).nodes;
  const named = [...headerSelect('Layer').options].map(({ label }) => label);
  const reachable = new Set([...named, ...lab.session.run!.stages.map(({ output }) => output)]);
  expect(nodes.filter(({ id }) => !reachable.has(id)).map(({ id }) => id)).toEqual([]);

  const asked = { sample: 0, class: 3, step: null };
  const { data: whole } = (await lab.session.ask('measure', {
    ...asked,
    instrument: 'relevance',
    options: {},
  })) as RelevanceRecord;
  let [past, through] = [0, 0];
  for (const name of named) {
    pick('Layer', name);
    const at = lab.session.run!.stages.find(({ id }) => id === name)?.output ?? name;
    await until(`the workbench speaks of ${name}`, () => place().startsWith(`${name}, `));
    await until(`channels of ${name} are ranked`, () => rows().length > 0 && heading(/argue|speak|make/i));
    const { data } = (await lab.session.ask('measure', {
      ...asked,
      instrument: 'concepts',
      options: { at, count: 1000 },
    })) as ConceptsRecord;
    const area = data.height * data.width;
    const sum = whole.map.map((_, i) => data.shown.reduce((total, _c, k) => total + data.maps[k * area + i]!, 0));
    expect(relativeError(sum, whole.map) < TOLERANCE, name).toBe(data.parallel.length === 0);
    if (data.parallel.length === 0) through += 1;
    else {
      past += 1;
      await until(`what goes past ${name} is named`, () => workbench().textContent!.includes(`goes past ${name}`));
    }
  }
  expect(past).toBeGreaterThan(1);
  expect(through).toBeGreaterThan(3);
  expect(errors).toEqual([]);
});

test('every part of the workbench opens, follows a kept step, and closes back to the lab', async () => {
  const errors = collectErrors();
  const lab = await openWorkbench('stage=conv3&channel=5');
  expect(lab.fragment.get('view')).toBe('concepts');
  await until('five steps are kept', () => lab.session.checkpoints.length > 5);
  await lab.session.pause();
  await until('reference samples are there', () => workbench().querySelectorAll('.row canvas').length > 20);
  const track = workbench().querySelector<HTMLElement>('[role="slider"][aria-label="Kept steps of the run"]')!;
  track.focus();
  await userEvent.keyboard('{Home}');
  await until('the first kept step is shown', () => place().endsWith('step 0'));
  await until('who argues at step 0 is ranked', () => rows().length > 0);
  await userEvent.keyboard('{End}');
  await until('the run as it is is shown', () => !place().endsWith('step 0'));

  for (const [name, sign] of [
    ['Maps', 'All methods'],
    ['Checks', 'Measure all'],
    ['Inputs', 'What the net answers'],
    ['Who argues', 'How the evidence travels'],
  ] as const) {
    await page.getByRole('tab', { name }).click();
    await until(`"${name}" shows "${sign}"`, () => workbench().textContent!.includes(sign));
  }
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(innerWidth);
  await userEvent.keyboard('{Escape}');
  await until('the workbench is closed', () => workbench() === null);
  expect(lab.fragment.get('view')).toBeNull();
  expect(errors).toEqual([]);
});

test('a channel taken out changes the answer that is shown, and a followed one gets a history', async () => {
  const errors = collectErrors();
  const lab = await openWorkbench('stage=conv4&channel=0');
  await until('the net without the channel has answered', () =>
    /Measured with the channel/.test(workbench().textContent!),
  );
  await page
    .getByRole('button', { name: /^Follow channel/ })
    .first()
    .click();
  await until('the channel was followed over three steps', () => lab.session.pinHistory.length >= 3, 60_000);
  const [first, second] = lab.session.pinHistory;
  expect(second!.step).toBeGreaterThan(first!.step);
  await until('its history is drawn', () => heading(/followed|channel/i));
  expect(errors).toEqual([]);
});
