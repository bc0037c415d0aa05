import { metrics, network } from '#src';
import * as ui from '../../components/index.ts';
import * as example from './exampleExplanations.ts';
import { exampleRelevance, exampleSamples, exampleShape } from './exampleRecords.ts';
import { view, type ExampleView } from './exampleView.ts';

const nothing = () => {};
const sample = exampleSamples[4]!;
const picture = { sample, shape: exampleShape };

const net = network(exampleShape, [
  { kind: 'conv2d', id: 'conv1', filters: 8, size: 5 },
  { kind: 'batchNorm', id: 'norm' },
  { kind: 'activate', id: 'relu1', fn: 'relu' },
  { kind: 'flatten', id: 'flatten' },
  { kind: 'dense', id: 'dense', units: 10 },
]);
const ruled = exampleRelevance();
const record = {
  ...ruled,
  data: { ...ruled.data, rules: ['conv1', 'relu1', 'flatten', 'dense'].map((at) => ({ at, rule: 'epsilon' })) },
};

const tile = (key: string, title: string, change: Partial<ui.MapTile> = {}): ui.MapTile => ({
  key,
  title,
  record: example.exampleAttribution(),
  isStale: false,
  isRunning: false,
  isWaiting: false,
  share: null,
  problem: null,
  agreement: 0.83,
  ...change,
});
const tiles = [
  tile('a', 'ε, z⁺ and flat', { agreement: null }),
  tile('b', 'Integrated gradients'),
  tile('c', 'SmoothGrad, squared', { record: example.exampleAttribution({ signed: false }) }),
  tile('d', 'Occlusion', { isRunning: true, share: 0.4 }),
  tile('e', 'Grad-CAM', { record: null, problem: 'Grad-CAM needs images' }),
  tile('f', 'Deconvnet', { record: null, isWaiting: true }),
  tile('g', 'Gradient', { record: null }),
];

const card = (id: string, score: keyof typeof example.exampleScores | null) => ({
  metric: metrics.get(id),
  settings: {},
  score: score && example.exampleScores[score],
  isStale: false,
  step: null,
  isRunning: false,
  isWaiting: false,
  share: null,
  problem: null,
  record: example.exampleAttribution(),
  ...picture,
  onsettings: nothing,
  onmeasure: nothing,
  onstop: nothing,
});

const optimized = example.exampleOptimized();
const className = String;

/** The views of the workbench's maps, checks and inputs, as they stand there. */
export const exampleExplanationViews: readonly ExampleView[] = [
  view('ExplanationView', ui.ExplanationView, 620, {
    record: example.exampleAttribution(),
    ...picture,
    index: 412,
    className: '4',
    title: 'Gradient',
  }),
  view('ExplanationView, sizes, phone', ui.ExplanationView, 358, {
    record: example.exampleAttribution({ signed: false }),
    ...picture,
    index: 412,
    className: '4',
    title: 'Gradient',
    isStale: true,
  }),
  view('ExplanationView, two numbers', ui.ExplanationView, 620, {
    record: example.flatAttribution,
    sample: Float32Array.of(0.2, -0.9),
    shape: [2],
    index: 3,
    className: 'moon A',
    title: 'Gradient',
  }),
  view('MapTiles', ui.MapTiles, 700, {
    tiles,
    selected: 'a',
    ...picture,
    onselect: nothing,
    onstop: nothing,
    ondraw: nothing,
  }),
  view('RuleTable', ui.RuleTable, 700, {
    rows: ui.ruleRows(net, 'epsilonPlusFlat', { conv1: { rule: 'gamma', gamma: 2 } }),
    record,
    onchange: nothing,
  }),
  view('RuleTable, refused', ui.RuleTable, 700, {
    rows: ui.ruleRows(net, 'epsilonPlusFlat', { conv1: 'pass' }),
    record: null,
    onchange: nothing,
  }),
  view('RuleComparison', ui.RuleComparison, 620, {
    before: record,
    after: { ...record, data: { ...record.data, map: record.data.map.map((value) => 0.5 * value) } },
    ...picture,
    index: 412,
    title: 'ε, z⁺ and flat',
    className: '4',
  }),
  view('RuleComparison, unchanged', ui.RuleComparison, 358, {
    before: record,
    after: null,
    ...picture,
    index: 412,
    title: 'ε, z⁺ and flat',
    className: '4',
  }),
  view('ConservationBooks', ui.ConservationBooks, 400, { record, className: '4' }),
  view('ScoreCard, flipping', ui.ScoreCard, 440, card('pixelFlipping', 'pixelFlipping')),
  view('ScoreCard, randomisation', ui.ScoreCard, 440, card('parameterRandomization', 'parameterRandomization')),
  view('ScoreCard, sensitivity', ui.ScoreCard, 440, card('maxSensitivity', 'maxSensitivity')),
  view('ScoreCard, share', ui.ScoreCard, 358, card('massAccuracy', 'massAccuracy')),
  view('ScoreCard, undefined', ui.ScoreCard, 358, card('massAccuracy', 'undefined')),
  view('ScoreCard, other settings', ui.ScoreCard, 358, {
    ...card('maxSensitivity', 'maxSensitivity'),
    settings: { draws: 40 },
  }),
  view('ScoreCard, at work', ui.ScoreCard, 358, {
    ...card('sparseness', 'sparseness'),
    isRunning: true,
    isStale: true,
  }),
  view('ScoreCard, not measured', ui.ScoreCard, 358, card('sparseness', null)),
  view('InputChange', ui.InputChange, 620, { record: optimized }),
  view('InputChange, two numbers', ui.InputChange, 358, {
    record: { ...optimized, shape: [2], before: Float32Array.of(0.2, 0.9), after: Float32Array.of(0.1, 1) },
  }),
  view('FilmStrip', ui.FilmStrip, 620, { frames: optimized.frames }),
  view('FilmStrip, phone', ui.FilmStrip, 358, { frames: optimized.frames }),
  view('AnswerBars', ui.AnswerBars, 400, {
    before: Float32Array.of(0.9, 0.08, 0.02),
    after: Float32Array.of(0.2, 0.79, 0.01),
    className,
  }),
  view('OptimizationTrace', ui.OptimizationTrace, 620, { record: optimized, className }),
  view('OptionControls', ui.OptionControls, 560, {
    table: metrics.get('pixelFlipping').options,
    settings: { baseline: 'blur' },
    onchange: nothing,
  }),
  view('OptionControls, compact', ui.OptionControls, 560, {
    table: metrics.get('maxSensitivity').options,
    settings: {},
    onchange: nothing,
    isCompact: true,
  }),
  view('Segments', ui.Segments, 358, {
    label: 'What to compare',
    value: 'a',
    options: [
      { value: 'a', label: 'Methods' },
      { value: 'b', label: 'Rules' },
    ],
    onchange: nothing,
  }),
];
