import * as ui from '../../components/index.ts';
import * as example from './exampleConcepts.ts';
import { exampleRelevance, exampleSamples, exampleShape } from './exampleRecords.ts';
import { view, type ExampleView } from './exampleView.ts';

const nothing = () => {};
const sample = exampleSamples[4]!;
const concepts = example.exampleConcepts();
const area = concepts.data.height * concepts.data.width;
const row = (channel: number, place: number, isSelected = false) => ({
  row: {
    channel,
    value: concepts.data.relevance[channel]!,
    share: 0.2,
    map: concepts.data.maps.subarray(place * area, (place + 1) * area),
  },
  isSelected,
  scale: 7,
  value: ui.text.concepts.rows.value(concepts.data.relevance[channel]!),
  height: concepts.data.height,
  width: concepts.data.width,
  sample,
  shape: exampleShape,
  side: 74,
  note: isSelected ? 'crossing' : '',
  onnote: nothing,
  onselect: nothing,
});
const strip = {
  channel: 5,
  references: example.exampleReferences(),
  shape: exampleShape,
  size: 57,
  className: String,
  empty: ui.text.concepts.references.waiting,
  onselect: nothing,
};
const graph = {
  record: example.exampleGraph(),
  startName: '4',
  startKind: ui.text.concepts.graph.class,
  start: 12.4,
  selected: { at: 'relu3', channel: 5 },
  stageName: (at: string) => at.replace('relu', 'conv'),
  sample,
  shape: exampleShape,
  onselect: nothing,
};
const pin = { sample, shape: exampleShape, className: String, chosen: null, onstep: nothing, onselect: nothing };

/** The views of the panel "Who argues", as it shows them. */
export const exampleConceptViews: readonly ExampleView[] = [
  view('ConceptRow', ui.ConceptRow, 596, row(5, 2, true)),
  view('ConceptRow, against', ui.ConceptRow, 596, row(6, 1)),
  view('ReferenceStrip', ui.ReferenceStrip, 300, { ...strip, look: 'map' }),
  view('ReferenceStrip, cropped', ui.ReferenceStrip, 300, { ...strip, look: 'crop' }),
  view('ReferenceStrip, empty', ui.ReferenceStrip, 300, { ...strip, references: [], look: 'map' }),
  view('AccountBars', ui.AccountBars, 312, {
    record: exampleRelevance(),
    className: '4',
    selected: 'conv3',
    onselect: nothing,
  }),
  view('AttributionGraphView', ui.AttributionGraphView, 372, graph),
  view('AttributionGraphView, phone', ui.AttributionGraphView, 326, { ...graph, startName: 'triangle' }),
  view('AblationBars', ui.AblationBars, 372, {
    answer: example.exampleAblation(),
    channel: 5,
    factor: 0,
    className: '4',
  }),
  view('AtlasView', ui.AtlasView, 596, {
    atlas: example.exampleAtlas(),
    sample,
    shape: exampleShape,
    className: '4',
    selected: 5,
    onselect: nothing,
  }),
  view('PinHistory', ui.PinHistory, 1360, { ...pin, history: example.examplePins() }),
  view('PinHistory, phone', ui.PinHistory, 358, { ...pin, history: example.examplePins(3) }),
  view('RegionPicker', ui.RegionPicker, 148, {
    sample,
    shape: exampleShape,
    node: [14, 14],
    region: { rows: [3, 8], columns: [4, 9] },
    size: 148,
    label: 'input, sample 412',
    onregion: nothing,
  }),
];
