import { userEvent } from 'vitest/browser';
import { expect, test } from 'vitest';
import { inputOptimizations, network, type RuleSpec } from '#src';
import { InputChange, OptimizationTrace, OptionControls, RuleTable, ruleRows } from '../../../components/index.ts';
import { exampleOptimized } from '../../support/exampleExplanations.ts';
import { exampleExplanationViews } from '../../support/exampleExplanationViews.ts';
import { mountView, settled } from '../../support/mountView.ts';

/** Mounts one of the examples with some of its properties changed. */
function mountExample(name: string, change: Record<string, unknown> = {}) {
  const { component, props, width } = exampleExplanationViews.find((one) => one.name === name)!;
  return mountView(component, { ...props, ...change }, { width });
}

test('the arrow keys move a slider by its own scale, and only settings that differ are passed on', async () => {
  const passed: unknown[] = [];
  const { box, remove } = await mountView(OptionControls, {
    table: inputOptimizations.get('pgd').options,
    settings: { norm: 'l2' },
    onchange: (settings: object) => passed.push(settings),
  });
  const knob = (label: string) => box.querySelector<HTMLInputElement>(`input[type="range"][aria-label="${label}"]`)!;
  knob('Steps').focus();
  await userEvent.keyboard('{ArrowRight}');
  // From the middle, 20, one hundredth on: 1 + 499 · 0.51^p with 0.5^p = 19 / 499.
  expect(passed).toEqual([{ norm: 'l2', steps: 22 }]);
  expect(knob('Steps').getAttribute('aria-valuetext')).toBe('20');
  box.querySelector<HTMLSelectElement>('select')!.selectedIndex = 0;
  box.querySelector('select')!.dispatchEvent(new Event('change', { bubbles: true }));
  expect(passed.at(-1)).toEqual({});
  box.querySelector<HTMLInputElement>('input[type="checkbox"]')!.click();
  expect(passed.at(-1)).toEqual({ norm: 'l2', targeted: true });
  remove();
});

test('a number that does not fit is refused in words, and passed on to nobody', async () => {
  const passed: unknown[] = [];
  const { box, remove } = await mountView(OptionControls, {
    table: inputOptimizations.get('fgsm').options,
    settings: {},
    onchange: (settings: object) => passed.push(settings),
  });
  const field = box.querySelector<HTMLInputElement>('input[type="number"]')!;
  await userEvent.fill(field, '7');
  await userEvent.tab();
  await settled();
  expect(passed).toEqual([]);
  expect(box.querySelector('[role="alert"]')?.textContent).toBe('Not taken; use a number from 0 to 1.');
  await userEvent.fill(field, '0.5');
  await userEvent.tab();
  await settled();
  expect(passed).toEqual([{ epsilon: 0.5 }]);
  expect(box.querySelector('[role="alert"]')).toBe(null);
  remove();
});

test('maps are one stop for Tab; the arrow keys choose the next, and what runs can be stopped', async () => {
  const heard: string[] = [];
  const { box, remove } = await mountExample('MapTiles', {
    onselect: (key: string) => heard.push(`select ${key}`),
    onstop: (key: string) => heard.push(`stop ${key}`),
    ondraw: (key: string) => heard.push(`draw ${key}`),
  });
  const stops = box.querySelectorAll<HTMLElement>('.pick[tabindex="0"]');
  expect([...stops].map((stop) => stop.getAttribute('aria-label'))).toEqual(['ε, z⁺ and flat, drawn']);
  stops[0]!.focus();
  await userEvent.keyboard('{ArrowRight}');
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Integrated gradients, drawn');
  box.querySelector<HTMLElement>('[aria-label="Stop Occlusion"]')!.click();
  box.querySelector<HTMLElement>('[aria-label="Draw Gradient"]')!.click();
  expect(heard).toEqual(['select b', 'stop d', 'draw g']);
  remove();
});

const net = network(
  [8, 8, 1],
  [
    { kind: 'conv2d', id: 'conv', filters: 2, size: 3 },
    { kind: 'flatten', id: 'flatten' },
    { kind: 'dense', id: 'dense', units: 3 },
  ],
);

test('a rule, its settings and the way back are passed on with their node', async () => {
  const heard: [string, RuleSpec | null][] = [];
  const { box, remove } = await mountView(
    RuleTable,
    {
      rows: ruleRows(net, 'epsilonPlusFlat', { conv: { rule: 'gamma', gamma: 2 } }),
      record: null,
      onchange: (node: string, spec: RuleSpec | null) => heard.push([node, spec]),
    },
    { width: 700 },
  );
  const row = (node: string) =>
    [...box.querySelectorAll('tr')].find((tr) => tr.querySelector('th')?.textContent?.trim().startsWith(node))!;
  await userEvent.selectOptions(row('dense').querySelector('select')!, 'LRP-z⁺');
  const gamma = row('conv').querySelector<HTMLInputElement>('input[type="number"]')!;
  expect(gamma.value).toBe('2');
  await userEvent.fill(gamma, '0.25');
  await userEvent.tab();
  row('conv').querySelector<HTMLButtonElement>('button')!.click();
  expect(heard).toEqual([
    ['dense', 'zPlus'],
    ['conv', 'gamma'],
    ['conv', null],
  ]);
  remove();
});

test('a score is measured on demand, and what it does not prove stands beside it before and after', async () => {
  let asked = 0;
  const { box, remove } = await mountExample('ScoreCard, not measured', { onmeasure: () => asked++ });
  const caveat = 'one wrong pixel alone is as sparse as a map can be';
  expect(box.textContent).toContain(caveat);
  expect(box.querySelector('svg')).toBe(null);
  box.querySelector('button')!.click();
  expect(asked).toBe(1);
  remove();
  const measured = await mountExample('ScoreCard, undefined');
  expect(measured.box.textContent).toContain('Not defined here: no mask');
  expect(measured.box.textContent).toContain('Does not prove:');
  expect(measured.box.querySelector('svg')).toBe(null);
  measured.remove();
});

test('the arrow keys read a chart point by point', async () => {
  const { box, remove } = await mountView(
    OptimizationTrace,
    { record: exampleOptimized(), className: String },
    { width: 400 },
  );
  box.querySelector<HTMLElement>('[role="img"]')!.focus();
  await userEvent.keyboard('{ArrowRight}');
  await settled();
  expect(box.querySelector('[role="status"]')?.textContent).toBe('step 10: 3.89');
  remove();
});

test('a change of nothing and a chart of one value draw without broken coordinates', async () => {
  const still = exampleOptimized();
  const record = { ...still, after: still.before, perturbation: { linf: 0, l2: 0 } };
  const change = await mountView(InputChange, { record }, { width: 620 });
  expect(change.box.innerHTML).not.toMatch(/NaN|Infinity/);
  change.remove();
  const flat = { ...still, trace: new Float32Array(5) };
  const trace = await mountView(OptimizationTrace, { record: flat, className: String }, { width: 400 });
  expect(trace.box.innerHTML).not.toMatch(/NaN|Infinity/);
  trace.remove();
});

test('segments are radio buttons', async () => {
  const chosen: string[] = [];
  const { box, remove } = await mountExample('Segments', { onchange: (value: string) => chosen.push(value) });
  box.querySelector<HTMLElement>('[aria-checked="true"]')!.focus();
  await userEvent.keyboard('{ArrowRight}');
  expect(chosen).toEqual(['b']);
  remove();
});
