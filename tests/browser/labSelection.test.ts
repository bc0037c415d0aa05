import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { collectErrors } from '../support/labConsole.ts';
import { openLab, type LabPage } from '../support/labPage.ts';
import { until } from '../support/labSession.ts';

const unit = (lab: LabPage, name: string) =>
  [...lab.root.querySelectorAll<HTMLElement>('.units button')].find((button) =>
    button.getAttribute('aria-label')!.startsWith(`${name},`),
  )!;

const nameOf = (stage: string, channel: number) => `${stage}, channel ${channel}`;

/** Waits until the page shows this unit, in every place that follows the selection. */
async function shows(lab: LabPage, stage: string, channel: number): Promise<void> {
  await until(`the heading names ${nameOf(stage, channel)}`, () => lab.heading.startsWith(nameOf(stage, channel)));
  await until('the field is that of the unit', () => {
    const field = lab.session.field?.data;
    return field?.at.startsWith(`${stage}.`) === true && field.channel === channel;
  });
  await until('the field is drawn', () => lab.root.querySelector('.card .figure canvas') !== null);
  expect(unit(lab, nameOf(stage, channel)).getAttribute('aria-pressed')).toBe('true');
  expect(lab.root.querySelectorAll('.units [aria-pressed="true"]')).toHaveLength(1);
  expect(Object.fromEntries(lab.fragment)).toMatchObject({ stage, channel: String(channel) });
  await until('the edges are those of the unit', () => {
    const { edges } = lab.session;
    return edges?.stage === stage && edges.channel === channel;
  });
  expect(lab.root.querySelector('.left [aria-pressed="true"] b')?.textContent).toBe(stage);
}

test('a click on a unit moves the selection everywhere, and the address brings it back', async () => {
  const errors = collectErrors();
  const lab = await openLab();
  await lab.advance(10);
  await userEvent.click(unit(lab, nameOf('conv2', 7)));
  await shows(lab, 'conv2', 7);
  await userEvent.click(unit(lab, nameOf('conv4', 2)));
  await shows(lab, 'conv4', 2);
  await page.getByRole('button', { name: /^class 4/ }).click();
  await userEvent.click(lab.root.querySelectorAll<HTMLElement>('.left [aria-label^="sample"]')[3]!);
  await until('the address names class and sample', () => lab.fragment.get('class') === '4');
  const { sample } = lab.session.selection;
  await until('the map is that of the class', () => lab.session.relevance?.data.class === 4);
  await until('the sample is shown', () => lab.session.snapshot?.sample.index === sample);
  const fragment = location.hash.slice(1);
  lab.close();

  const again = await openLab({ fragment });
  await shows(again, 'conv4', 2);
  expect(again.session.selection).toMatchObject({ class: 4, sample });
  await again.advance(30);
  expect(again.heading).toContain(nameOf('conv4', 2));
  expect(errors).toEqual([]);
});

test('an address with places that do not exist opens the lab all the same', async () => {
  const errors = collectErrors();
  const lab = await openLab({
    fragment: 'data=moons&net=fourConv&stage=conv9&channel=70&sample=99999&class=12&seed=1',
  });
  await lab.advance(20);
  expect(lab.alert).toBe('');
  expect(lab.session.preset).toBe('twoHidden');
  expect(lab.session.selection).toMatchObject({ stage: 'dense1', channel: 7, sample: 0, class: null });
  expect(errors).toEqual([]);
});

test('another address typed behind "#" moves the selection without a reload', async () => {
  const lab = await openLab({ fragment: 'data=moons' });
  await lab.advance(10);
  const { step } = lab;
  location.hash = '#data=moons&stage=dense2&channel=5&sample=3';
  await until('the selection follows', () => lab.heading.startsWith(nameOf('dense2', 5)));
  expect(lab.session.selection.sample).toBe(3);
  expect(lab.step).toBeGreaterThanOrEqual(step);
  expect(lab.fragment.get('stage')).toBe('dense2');
});

test('with keys alone: Tab reaches the net, arrows lead to another unit, Enter selects it', async () => {
  const lab = await openLab({ fragment: 'data=moons&stage=dense1&channel=2' });
  await lab.advance(10);
  const inNet = () => document.activeElement?.closest('.units') !== null;
  (document.activeElement as HTMLElement | null)?.blur();
  let stops = 0;
  while (!inNet() && stops < 60) {
    await userEvent.keyboard('{Tab}');
    stops += 1;
    const ring = getComputedStyle(document.activeElement!);
    const visible = ring.outlineStyle !== 'none' || document.activeElement!.matches('.skip, summary, dialog');
    expect(visible, document.activeElement!.outerHTML.slice(0, 120)).toBe(true);
  }
  expect(inNet()).toBe(true);
  expect(document.activeElement!.getAttribute('aria-label')).toContain(nameOf('dense1', 2));
  await userEvent.keyboard('{ArrowDown}');
  await userEvent.keyboard('{ArrowRight}');
  const target = document.activeElement!.getAttribute('aria-label')!.split(', strength')[0]!;
  expect(target).toMatch(/^dense2, channel \d$/);
  await userEvent.keyboard('{Enter}');
  await until('the heading follows', () => lab.heading.startsWith(target));
  // Training goes on meanwhile, and the focus stays where the reader put it.
  await lab.advance(30);
  expect(document.activeElement!.getAttribute('aria-label')).toContain(target);
});

test('the first stop of Tab leads past the panels to the net', async () => {
  const lab = await openLab({ fragment: 'data=moons&stage=dense2&channel=1' });
  await lab.advance(5);
  (document.activeElement as HTMLElement | null)?.blur();
  await userEvent.keyboard('{Tab}');
  expect(document.activeElement?.textContent).toBe('Skip to the network');
  await userEvent.keyboard('{Enter}');
  await until('the focus is in the main part', () => document.activeElement?.id === 'net');
  // The way there is no address of its own: a reload still finds the unit.
  await lab.advance(5);
  expect(lab.fragment.get('stage')).toBe('dense2');
});
