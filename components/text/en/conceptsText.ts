import type { NodeCondition } from '#src';
import { brief } from '../brief.ts';
import { count, decimal, inWords, percent, quantity, signed } from '../number.ts';

/** Words of the panel "Who argues". */
export const conceptsText = {
  input: (sample: number) => `input, sample ${count(sample)}`,
  evidence: (name: string) => `evidence for ${name}`,
  next: (name: string, share: number) => `next: ${name}, ${percent(share, 1)}`,
  against: 'against',
  zero: '0',
  for: 'for',

  account: {
    title: 'Is all of it accounted for?',
    logit: (name: string) => `logit ${name}`,
    pixels: 'pixels',
    inputs: 'inputs',
    value: (value: number) => (Math.abs(value) < 0.095 ? quantity(value, 2) : decimal(value)),
    some: (shown: number, of: number) => `${count(shown)} of ${count(of)} layers`,
  },
  other: (name: string) => `Had the class been ${name}:`,

  rows: {
    title: 'Who argues, ranked',
    number: 'no.',
    against: '− against',
    for: (name: string) => `for ${name} +`,
    here: 'where, here',
    select: (channel: number, value: string) => `channel ${channel}, ${value}`,
    map: (channel: number) => `What channel ${channel} brings here`,
    noMap: 'not mapped',
    noPicture: 'Inputs of plain numbers have no picture: what each number adds stands beside the bars.',
    feature: (name: string, value: number) => `${name} ${signed(value, 2)}`,
    order: 'Ranked',
    orders: { size: 'by size', value: 'by sign' },
    unit: 'Values',
    units: { relevance: 'as relevance', share: 'as shares' },
    value: brief,
    share: (share: number) => `${share < 0 ? '−' : share > 0 ? '+' : ''}${percent(Math.abs(share))}`,
    note: (channel: number) => `Your note on channel ${channel}`,
    addNote: 'add a note',
    follow: 'Follow',
    followLabel: (channel: number) => `Follow channel ${channel} while training goes on`,
    following: 'Followed',
    summary: (shown: number, of: number, share: number) =>
      shown === of
        ? `All ${count(of)} channels.`
        : `${count(shown)} of ${count(of)} channels, ${percent(share)} of all relevance.`,
    notes: 'In italics: your notes.',
    all: 'Show all',
    fewer: 'Show fewer',
    atStep: (step: number) => `They are of step ${count(step)}.`,
    more: 'Conditions of the ranking',
  },

  references: {
    mode: 'Samples',
    modes: { relevance: 'where it counts most', activation: 'where most active' },
    label: 'Class',
    anyLabel: 'any class',
    onlyLabel: (name: string) => `only ${name}`,
    show: 'Shown',
    shows: { map: 'with map', picture: 'as it is', crop: 'cropped', field: 'its field' },
    one: (sample: number, name: string, value: number) => `sample ${count(sample)}, ${name}: ${quantity(value, 2)}`,
    strip: (channel: number) => `Reference samples of channel ${channel}. Arrow keys move between them.`,
    progress: (done: number, total: number) => `${count(done)} of ${count(total)} samples searched.`,
    found: (kept: number, total: number) =>
      `${kept === 1 ? 'One reference' : `${capital(inWords(kept))} references`} per channel, from ${count(total)} samples.`,
    waiting: 'searching',
    none: 'no sample of this class moves it',
  },

  region: {
    hint: 'Drag over the input to ask about a part of it.',
    label:
      'Part of the picture to ask about: drag, or move it with the arrow keys, Shift to resize, Escape for all of it.',
    active: (rows: readonly [number, number], columns: readonly [number, number]) =>
      `Ranked by rows ${rows[0]} to ${rows[1]}, columns ${columns[0]} to ${columns[1]} of the layer only.`,
    clear: 'All of it',
  },
  conditions: {
    title: 'Only through',
    help: 'Relevance that passes these channels, any of them, and nothing else.',
    layer: 'Layer',
    channel: (channel: number) => `Only through channel ${channel}`,
    active: (stage: string, condition: NodeCondition, columns: number) =>
      `Only through ${stage}: ${passing(condition, columns)}`,
    clear: 'Drop it',
  },
  neuron: {
    title: (channel: number) => `Channel ${channel}, unit by unit`,
    grid: (channel: number) =>
      `What each unit of channel ${channel} carries. Arrow keys move over the units, Enter chooses one.`,
    at: (row: number, column: number, value: number) => `row ${row}, column ${column}: ${brief(value)}`,
    units: 'its units',
    hint: 'Click a unit to see what it alone brings.',
    one: (row: number, column: number) => `only row ${row}, column ${column}`,
    all: 'all of it',
    map: (channel: number, row: number, column: number) =>
      `What the unit in row ${row}, column ${column} of channel ${channel} brings here`,
    row: 'Row',
    column: 'Column',
    most: 'The one with most',
    clear: 'All of the channel',
    keep: 'Ask other layers through it',
    kept: (stage: string) => `Other layers are asked only through this unit of ${stage}.`,
    single: (stage: string) => `Every channel of ${stage} is one unit: there is no part of it to single out.`,
  },
  initial: {
    label: 'Starts with',
    starts: { usual: 'the logit', one: '1', probability: 'the probability', number: 'a number' },
    /** Of rules that do not start with the logit. */
    usual: '1, as the rule says',
    value: 'Number',
    active: (start: number, usual: number, name: string, isTurned: boolean) =>
      `Relevance starts with **${brief(start)}**, not with ${brief(usual)}.` +
      (isTurned ? ` The signs differ: red speaks **against** ${name}, blue for it.` : ''),
    clear: 'As usual',
    turned: { against: (name: string) => `− for ${name}`, for: 'against +' },
  },
  bypass: {
    found: (value: number, start: number, at: string, nodes: readonly string[]) =>
      `**${brief(value)} of ${brief(start)} goes past ${at}**${nodes.length > 0 ? `, by way of ${nodes.join(', ')}` : ''}. No map here shows it.`,
    letIn: (value: number, at: string) =>
      `Parallel paths are let in: every map here holds the ${brief(value)} that goes past ${at} as well.`,
    some: (nodes: readonly string[], more: number) => [...nodes, ...(more > 0 ? [`${count(more)} more`] : [])],
    allow: 'Let parallel paths in',
    exclude: 'Keep them out',
    about: 'Relevance that goes past this layer, on a skip connection, joins every map.',
  },

  atlas: {
    list: 'List',
    atlas: 'Atlas',
    view: 'View',
    title: 'Which channel argues most, cell by cell',
    figure: (name: string) => `The sample, each cell coloured by the channel that argues most for ${name} in it`,
    legend: 'Cells each channel leads',
    cells: (n: number) => `${count(n)} ${n === 1 ? 'cell' : 'cells'}`,
    others: (n: number) => `${count(n)} more`,
    none: 'Uncoloured cells: no channel speaks for it there.',
  },

  graph: {
    title: 'How the evidence travels',
    width: (isCut: boolean) => `Width: relevance.${isCut ? ' Thin ways left out.' : ''}`,
    bypass: 'What goes past a layer is in every way below it.',
    class: 'class',
    channel: 'channel',
    from: 'Starts at',
    froms: (channel: number) => ({ class: 'from the class', channel: `from channel ${channel}` }),
    nothingBelow: (stage: string) => `No layer lies below ${stage}: its channels are made of the input itself.`,
    figure: (name: string) => `How the evidence travels from ${name} down to lower channels`,
    node: (stage: string, channel: number, value: number) => `${stage}, channel ${channel}: ${brief(value)}`,
    edge: (from: string, to: string, value: number) => `${from} to ${to}: ${brief(value)}`,
    value: brief,
    start: (value: number) => brief(value).replace('+', ''),
    absent: (channel: number, stage: string) => `Channel ${channel} of ${stage} carries too little to be drawn.`,
  },

  ablation: {
    title: (channel: number, factor: number) =>
      factor === 0 ? `Take channel ${channel} out` : `Scale channel ${channel}`,
    factor: 'Factor',
    times: (factor: number) => (factor === 0 ? 'remove' : `× ${decimal(factor, 1)}`),
    before: 'as it is',
    after: (channel: number, factor: number) =>
      factor === 0 ? `without ${channel}` : `${channel} × ${decimal(factor, 1)}`,
    share: (name: string) => `Probability of ${name}:`,
    bar: (side: string, name: string, share: number) => `${side}: ${name} has ${percent(share, 1)}`,
    along: 'along with',
    alongChannel: (channel: number) => `Scale channel ${channel} along with it`,
  },

  pin: {
    title: (stage: string, channel: number) => `Channel ${channel} of ${stage}, followed`,
    about: (name: string, sample: number) => `for ${name}, in sample ${count(sample)}`,
    stop: 'Stop following',
    waiting: 'It is measured while training goes on: press play.',
    rank: 'rank by size',
    share: 'share of all relevance',
    place: (rank: number, of: number) => `${count(rank)} of ${count(of)}`,
    figure: 'Rank and share over the training steps. Arrow keys move between the measured steps.',
    at: (step: number, rank: number, of: number, share: number) =>
      `step ${count(step)}: rank ${count(rank)} of ${count(of)}, ${percent(share)}`,
    step: (step: number) => `step ${count(step)}`,
    back: (step: number) => `Go to step ${count(step)}`,
    then: (step: number, of: number) => `best of ${count(of)} samples at step ${count(step)}`,
    now: (step: number) => `and at step ${count(step)}`,
  },

  wait: { loading: 'computing', cancel: 'Cancel', again: 'Try again', stale: 'of the question before' },
  empty: 'Pick a layer with channels, and a sample.',
};

/** Channels, or single units: "2, 5", or "channel 2 in row 3, column 4". */
function passing(condition: NodeCondition, columns: number): string {
  if (isList(condition)) return condition.join(', ');
  return Object.entries(condition)
    .map(([c, p]) => `channel ${c} in row ${Math.floor(p / columns)}, column ${p % columns}`)
    .join(', ');
}

const isList = (condition: NodeCondition): condition is readonly number[] => Array.isArray(condition);
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
