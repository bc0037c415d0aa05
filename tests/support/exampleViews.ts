import { createRawSnippet } from 'svelte';
import * as ui from '../../components/index.ts';
import { exampleConceptViews } from './exampleConceptViews.ts';
import { exampleExplanationViews } from './exampleExplanationViews.ts';
import * as example from './exampleRecords.ts';
import { view, type ExampleView } from './exampleView.ts';

const nothing = () => {};
const network = {
  stages: example.exampleStages,
  sampleShape: example.exampleShape,
  snapshot: example.exampleSnapshot(),
  strength: example.exampleStrength(),
  selection: example.exampleSelection,
  field: example.exampleField(),
  classes: example.exampleClasses,
  onselect: nothing,
};
const history = {
  loss: ui.lossSeries(example.exampleLoss()),
  accuracy: example.exampleAccuracy(),
  step: 1240,
  horizon: 1600,
};

/** Every view, as the lab shows it. */
export const exampleViews: readonly ExampleView[] = [
  view('FieldView', ui.FieldView, 332, {
    record: example.exampleField(),
    before: example.exampleField({ spread: 5.4, step: 0 }),
    sampleShape: example.exampleShape,
  }),
  view('FlowView', ui.FlowView, 332, { history: example.exampleFlow(), selected: 'conv3' }),
  view('StrengthView', ui.StrengthView, 332, { record: example.exampleStrength(), stage: 'conv3', channel: 5 }),
  view('RelevanceView', ui.RelevanceView, 332, {
    record: example.exampleRelevance(),
    selection: example.exampleSelection,
    sample: example.exampleSamples[4]!,
  }),
  view('NetworkView', ui.NetworkView, 764, { ...network, edges: example.exampleEdges() }),
  view('NetworkView, narrow', ui.NetworkView, 500, { ...network, edges: example.exampleEdges(), height: 275 }),
  view('NetworkList', ui.NetworkList, 358, network),
  view('TimeChart', ui.TimeChart, 764, history),
  view('TimeChart, phone', ui.TimeChart, 358, { ...history, showSteps: true }),
  view('TimeBar', ui.TimeBar, 1440, {
    step: 1240,
    horizon: 1600,
    isPlaying: true,
    epoch: 20,
    seed: 7,
    onplay: nothing,
    onstep: nothing,
    onreset: nothing,
  }),
  view('SampleStrip', ui.SampleStrip, 192, {
    samples: example.exampleSamples,
    shape: example.exampleShape,
    labels: [...example.exampleSamples.keys()],
    classes: example.exampleClasses,
    selected: 4,
    onselect: nothing,
    title: 'Samples',
  }),
  view('SampleStrip, points', ui.SampleStrip, 192, {
    samples: example.examplePoints,
    shape: [2],
    labels: example.examplePoints.map((_, i) => i % 2),
    classes: ['moon A', 'moon B'],
    selected: 3,
    onselect: nothing,
    title: 'Points',
  }),
  view('InstrumentCard', ui.InstrumentCard, 332, {
    name: ui.text.instrument.field.name,
    subtitle: ui.text.instrument.field.subtitle(64),
    about: ui.text.instrument.field.about,
    sentence: ui.text.sentence.field(example.exampleField()),
    figure: createRawSnippet(() => ({ render: () => '<div>figure</div>' })),
    staleStep: 1220,
    isMeasuring: true,
    progress: 0.4,
    onenlarge: nothing,
  }),
  view('InstrumentCard, empty', ui.InstrumentCard, 332, {
    name: ui.text.instrument.relevance.name,
    subtitle: ui.text.instrument.relevance.subtitle,
    about: ui.text.instrument.relevance.about,
    empty: ui.text.instrument.relevance.empty,
  }),
  view('Select', ui.Select, 192, {
    label: 'Activation',
    value: 'relu',
    options: [
      { value: 'relu', label: 'relu' },
      { value: 'gcu', label: 'oscillating gcu' },
    ],
    onchange: nothing,
  }),
  view('NumberField', ui.NumberField, 192, { label: 'Batch', value: 48, onchange: nothing }),
  ...exampleConceptViews,
  ...exampleExplanationViews,
];
