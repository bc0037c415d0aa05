import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { collectErrors } from '../support/labConsole.ts';
import { asFile, idxFiles } from '../support/labFiles.ts';
import { choose, dropFiles, openLab, typeNumber } from '../support/labPage.ts';
import { until } from '../support/labSession.ts';
import { coloursIn } from '../support/mountView.ts';

const INSTRUMENTS = ['erf', 'batchEntropy', 'strength', 'relevance'] as const;
const CARDS = ['Field', 'Flow', 'Strength', 'Concept'];
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

test('the lab opens training: steps grow, four cards draw and read, and nobody has clicked', async () => {
  const errors = collectErrors();
  const lab = await openLab();
  await lab.advance(40);
  expect(lab.isPlaying).toBe(true);
  await until('each instrument sends records of three steps', () =>
    INSTRUMENTS.every((id) => (lab.session.received.get(id)?.steps ?? 0) >= 3),
  );
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent(/Ten drawn digits, [\d,]+ steps in/);
  const cards = [...lab.root.querySelectorAll('.card')];
  expect(cards.map((card) => card.querySelector('h3')!.textContent)).toEqual(CARDS);
  for (const card of cards) {
    expect(card.querySelectorAll('.sentence')).toHaveLength(1);
    expect(card.querySelector('.sentence')!.textContent).toMatch(/^[\p{L}\d].{20,}\.$/u);
    const marks = card.querySelectorAll('.figure :is(path, rect, circle, line)').length;
    const colours = [...card.querySelectorAll<HTMLCanvasElement>('.figure canvas')].map(coloursIn);
    expect(marks + Math.max(0, ...colours), card.querySelector('h3')!.textContent).toBeGreaterThan(5);
  }
  expect(coloursIn(lab.root.querySelector('.net canvas')!)).toBeGreaterThan(20);
  // A number that is none would stand in a path or a transform as NaN.
  const attributes = [...lab.root.querySelectorAll('svg *')].flatMap((e) => [...e.attributes].map((a) => a.value));
  expect(attributes.filter((value) => /NaN|Infinity|undefined/.test(value))).toEqual([]);
  expect(lab.root.textContent).not.toMatch(/NaN|Infinity|undefined|\[object/);
  expect(errors).toEqual([]);
});

test('on WebGPU the lab trains, draws every view and says which engine it is', async () => {
  const errors = collectErrors();
  const lab = await openLab({ tier: 'webgpu', fragment: 'data=xor' });
  await lab.advance(3);
  await until('three cards draw', () => lab.root.querySelectorAll('.card .sentence').length >= 3);
  expect(lab.session.engine?.tier).toBe('webgpu');
  expect(lab.root.querySelector('.tier summary')?.textContent).toMatch(/^WebGPU/);
  expect(coloursIn(lab.root.querySelector('.net canvas')!)).toBeGreaterThan(5);

  dropFiles(idxFiles().map(asFile));
  await until('the small images are the data', () => lab.session.data?.id === 'train-images-idx3-ubyte');
  await until('each instrument sends records of three steps', () =>
    INSTRUMENTS.every((id) => (lab.session.received.get(id)?.steps ?? 0) >= 3),
  );
  await until('four cards draw', () => lab.root.querySelectorAll('.card .figure').length === 4);
  const maps = [...lab.root.querySelectorAll<HTMLCanvasElement>('.card .figure canvas')].map(coloursIn);
  expect(Math.max(...maps)).toBeGreaterThan(5);
  expect(lab.root.textContent).not.toMatch(/NaN|Infinity|undefined|\[object/);
  expect(errors).toEqual([]);
});

test('pause stops the steps, one step moves by one, play goes on', async () => {
  const lab = await openLab({ fragment: 'data=moons' });
  await lab.advance(10);
  await press('Pause');
  await until('the run is paused', () => !lab.session.isPlaying && !lab.isPlaying);
  const { held } = await restedAt(lab);
  await press('One step');
  await until('one step more', () => lab.step === held + 1);
  expect((await restedAt(lab)).held).toBe(held + 1);
  await press('Play');
  await lab.advance(20);
  expect(lab.isPlaying).toBe(true);
});

/** The step number once it no longer moves. */
async function restedAt(lab: { readonly step: number }) {
  // The last frame before a pause may be drawn after it.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const held = lab.step;
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(lab.step).toBe(held);
  return { held };
}

test('while paused the page counts all held-out samples, however often it was paused', async () => {
  const lab = await openLab({ fragment: 'data=moons' });
  for (let round = 0; round < 4; round++) {
    await lab.advance(15);
    await press('Pause');
    await until('all held-out samples are read', () => lab.session.read?.samples === lab.session.data!.test);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(lab.session.read!.samples).toBe(lab.session.data!.test);
    expect(lab.isPlaying).toBe(false);
    await press('Play');
  }
});

test('back to the start repeats the run: the same seed gives the same losses, another seed others', async () => {
  // Slow enough that every step keeps a loss of its own.
  const lab = await openLab({ fragment: 'data=moons&pace=100' });
  const first = async () => {
    await until('ten losses', () => lab.session.losses.steps >= 10);
    expect(lab.session.losses.stride).toBe(1);
    return [...lab.session.losses.mean.slice(0, 10)];
  };
  const before = await first();
  await lab.advance(60);
  const { step } = lab;
  await press('Back to the start');
  await until('the step number starts again', () => lab.step < step);
  expect(await first()).toEqual(before);
  await typeNumber('Seed', '8');
  await until('the address says the seed', () => lab.fragment.get('seed') === '8');
  await expect.element(page.getByText('seed 8', { exact: false }).first()).toBeInTheDocument();
  expect(await first()).not.toEqual(before);
  expect(lab.isPlaying).toBe(true);
});

test('the pace is chosen in the time bar, stays for the next net, and is in the address when it is not the usual one', async () => {
  const lab = await openLab({ fragment: 'data=moons' });
  const select = page.getByRole('combobox', { name: 'How fast it trains' });
  await expect.element(select).toHaveDisplayValue('at most 1,000 steps/s');
  expect(lab.fragment.has('pace')).toBe(false);
  (select.element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowUp}');
  await until('the pace is in the address', () => lab.fragment.get('pace') === '100');
  await userEvent.keyboard('{ArrowDown}{ArrowDown}');
  await until('there is no cap', () => lab.fragment.get('pace') === 'max');
  await expect.element(select).toHaveDisplayValue('as fast as possible');
  choose('Net', 'Dendritic units');
  await until('the net is in the address', () => lab.fragment.get('net') === 'dendritic');
  await lab.advance(10);
  expect(lab.fragment.get('pace')).toBe('max');
  await userEvent.selectOptions(select, 'at most 1,000 steps/s');
  await until('the usual pace is not in the address', () => !lab.fragment.has('pace'));
  expect(lab.alert).toBe('');
});

test('an address with a pace opens the lab at that pace', async () => {
  const lab = await openLab({ fragment: 'data=moons&pace=10' });
  await expect
    .element(page.getByRole('combobox', { name: 'How fast it trains' }))
    .toHaveDisplayValue('at most 10 steps/s');
  await lab.advance(5);
  expect(lab.fragment.get('pace')).toBe('10');
});

test('another net, another data set and another activation start anew and keep training', async () => {
  const errors = collectErrors();
  const lab = await openLab({ fragment: 'data=moons' });
  await lab.advance(10);
  choose('Net', 'Dendritic units');
  await until('the net is in the address', () => lab.fragment.get('net') === 'dendritic');
  await lab.advance(10);
  expect(lab.session.run!.stages.map(({ id }) => id)).toEqual(['dense1', 'dense2']);

  choose('Set', 'Two circles');
  await until('the data are in the address', () => lab.fragment.get('data') === 'circles');
  await lab.advance(10);
  expect(lab.fragment.get('net')).toBe('dendritic');

  choose('Net', 'Two hidden layers');
  await until('the net is in the address', () => lab.fragment.get('net') === 'twoHidden');
  await lab.advance(10);
  choose('Activation', 'ReLU');
  await until('the nodes are named for it', () =>
    lab.session.description!.network.nodes.some(({ id, fn }) => id === 'dense1.relu' && fn === 'relu'),
  );
  await until('it trains from its first step', () => lab.step < 100 && lab.session.losses.steps > 0);
  await lab.advance(10);
  expect(lab.session.description!.network.nodes.filter(({ fn }) => fn === 'tanh')).toEqual([]);
  expect(lab.alert).toBe('');
  expect(errors).toEqual([]);
});

test('a rate of 1e30 ends in an alert that names node and step, and "Continue" recovers', async () => {
  const lab = await openLab();
  await lab.advance(20);
  await typeNumber('Rate', '1e30');
  await until('the alert', () => lab.alert !== '');
  const { node, step, lastGood } = lab.session.divergence!;
  expect(lab.session.description!.network.nodes.map(({ id }) => id)).toContain(node);
  expect(lab.alert).toContain(`at step ${step}, first in node "${node}"; the weights are back at step ${lastGood}`);
  expect(lab.root.querySelectorAll('[role="alert"]')).toHaveLength(1);
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent(`training broke at step ${step}`);
  expect([...lab.root.querySelectorAll('path')].filter((path) => /NaN/.test(path.getAttribute('d') ?? ''))).toEqual([]);
  await until('the page says that it is paused', () => !lab.isPlaying);

  await page.getByRole('button', { name: /^Continue with rate/ }).click();
  await until('training goes on', () => lab.isPlaying && lab.session.divergence === null && lab.step > lastGood + 20);
  expect(lab.alert).toBe('');
  expect(lab.session.run!.learningRate).toBeLessThan(0.1);
  expect(lab.session.losses.steps).toBe(lab.session.step);
  expect([...lab.session.losses.mean].every(Number.isFinite)).toBe(true);
});
