import { expect, test } from 'vitest';
import type { Stage } from '#src';
import {
  FieldView,
  FlowView,
  lossSeries,
  NetworkList,
  NetworkView,
  RelevanceView,
  text,
  TimeChart,
} from '../../../components/index.ts';
import * as example from '../../support/exampleRecords.ts';
import { listenToConsole, mountView, textFaults } from '../../support/mountView.ts';

const history = { accuracy: [], step: 0, horizon: 100 };
const words = (box: HTMLElement) => (box.textContent ?? '').replace(/\s+/g, ' ');

test('a time chart without points says what would fill it', async () => {
  const { box, remove } = await mountView(TimeChart, { ...history, loss: lossSeries([]) }, { width: 764 });
  expect(words(box)).toContain(text.time.empty);
  remove();
});

test.for([[2.3], [2.3, 2.1], [0, 0], [1e-9]])('a time chart of %o draws without broken coordinates', async (loss) => {
  const { box, remove } = await mountView(
    TimeChart,
    { ...history, loss: lossSeries(loss), accuracy: [{ step: 0, value: 0.1 }], step: loss.length },
    { width: 764 },
  );
  expect(box.innerHTML).not.toMatch(/NaN|Infinity/);
  expect(textFaults(box)).toEqual([]);
  remove();
});

test('a loss that is not a number breaks the line and is named', async () => {
  const loss = Float32Array.from({ length: 100 }, (_, i) => (i === 56 ? NaN : 2));
  const { box, remove } = await mountView(
    TimeChart,
    { ...history, loss: lossSeries(loss), step: 100, horizon: 160 },
    { width: 764 },
  );
  expect(words(box)).toContain('not a number at step 57');
  expect(box.querySelector('path.line')?.getAttribute('d')?.match(/M/g)?.length).toBe(2);
  remove();
});

test('fields that are empty, global or cut by the edge draw', async () => {
  const record = example.exampleField();
  const changes = [
    { values: new Float32Array(784), profile: new Float32Array(28), half: null },
    { theoretical: 'global' as const },
    { theoretical: { top: -4, left: -4, height: 25, width: 25 }, half: { top: 2, left: 2, height: 13, width: 13 } },
  ];
  for (const change of changes) {
    const changed = { ...record, data: { ...record.data, ...change } };
    const { box, remove } = await mountView(FieldView, {
      record: changed,
      before: record,
      sampleShape: example.exampleShape,
    });
    expect(box.innerHTML).not.toMatch(/NaN|Infinity/);
    expect(textFaults(box)).toEqual([]);
    remove();
  }
});

test('thirty layers share one flow figure, and only labels with room are written', async () => {
  const layers = Array.from({ length: 30 }, (_, i) => ({ stage: `dense${i}`, values: [0.1, 1 / (i + 1)] }));
  const { box, remove } = await mountView(FlowView, { history: { steps: [1, 20], layers }, selected: 'dense7' });
  expect(textFaults(box)).toEqual([]);
  expect(words(box)).toContain('dense7');
  remove();
});

test('a sum of evidence with gaps names every gap', async () => {
  const record = example.exampleRelevance();
  const data = { ...record.data, reached: 10.2, absorbedByBias: 1.2, absorbedByStabilizer: 0.6, lost: 0.4 };
  const { box, remove } = await mountView(RelevanceView, {
    record: { ...record, data },
    selection: example.exampleSelection,
    sample: example.exampleSamples[4]!,
  });
  expect(words(box).replaceAll('\u00a0', ' ')).toContain(
    '82 % reaches the pixels, 10 % bias, 5 % stabiliser, 3 % unassigned',
  );
  expect(textFaults(box)).toEqual([]);
  remove();
});

const stage = (id: string, ...shape: number[]): Stage => ({
  id,
  output: id,
  from: [],
  kind: 'dense',
  shape,
  detail: '',
});
const nets = [
  {
    name: 'two numbers',
    shape: [2],
    stages: [stage('dense1', 8), stage('dense2', 6), stage('dense3', 2)],
    classes: ['A', 'B'],
  },
  {
    name: 'thirty layers',
    shape: [2],
    stages: [...Array.from({ length: 30 }, (_, i) => stage(`dense${i + 1}`, 10)), stage('out', 2)],
    classes: ['moon A', 'moon B'],
  },
  {
    name: 'many channels',
    shape: [32, 32, 3],
    stages: [stage('conv1', 32, 32, 64), stage('conv2', 16, 16, 128), stage('dense1', 256), stage('dense2', 10)],
    classes: ['aeroplane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  },
];

test.for(nets)('a net with $name is drawn, as a picture and as a list', async ({ shape, stages, classes }) => {
  const random = example.noise(1);
  const values = (count: number) => Float32Array.from({ length: count }, () => random() - 0.3);
  const size = (one: readonly number[]) => one.reduce((a, b) => a * b, 1);
  const snapshot = {
    step: 1,
    sample: { index: 0, label: -1, input: values(size(shape)) },
    outputs: stages.map((one) => values(size(one.shape))),
    logits: values(classes.length),
    probabilities: Float32Array.from(classes, () => 1 / classes.length),
  };
  const props = {
    stages,
    sampleShape: shape,
    snapshot,
    selection: { stage: stages[0]!.id, channel: 1, position: null, sample: 0, class: null },
    classes,
    onselect: () => {},
  };
  const heard = listenToConsole();
  for (const [component, width] of [
    [NetworkView, 764],
    [NetworkList, 358],
  ] as const) {
    const { box, remove } = await mountView(component, props, { width });
    expect(box.querySelectorAll('button[aria-pressed="true"]').length).toBe(1);
    expect(textFaults(box)).toEqual([]);
    remove();
  }
  heard.stop();
  expect(heard.messages).toEqual([]);
});
