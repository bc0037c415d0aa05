import { ablationAccuracy, ablationSentence } from './en/ablationSentence.ts';
import { accountSentence, hazardSentences } from './en/accountSentence.ts';
import { conceptsLead, conceptsSentence, conceptsWaiting, otherClassSentence } from './en/conceptsSentence.ts';
import { conceptsText } from './en/conceptsText.ts';
import { checksText } from './en/checksText.ts';
import { fieldSentence } from './en/fieldSentence.ts';
import { flowSentence } from './en/flowSentence.ts';
import { pageSentence } from './en/pageSentence.ts';
import { missingRelevance, relevanceSentence } from './en/relevanceSentence.ts';
import { scoreSentence } from './en/scoreSentence.ts';
import { strengthSentence } from './en/strengthSentence.ts';
import { inputsSentence } from './en/inputsSentence.ts';
import { inputsText } from './en/inputsText.ts';
import { labText } from './en/labText.ts';
import { neuronSentence } from './en/neuronSentence.ts';
import { mapsSentence, rulesSentence, sumSentence } from './en/mapsSentence.ts';
import { booksText, mapsText, rulesText } from './en/mapsText.ts';
import { optionText } from './en/optionText.ts';
import { workbenchText } from './en/workbenchText.ts';
import { count, decimal, percent, quantity, sides, signed } from './number.ts';

const px = (n: number) => `${count(n)}\u00a0px`;

/** All words of the interface in English. Its shape is the contract for every other language. */
export const en = {
  sentence: {
    field: fieldSentence,
    flow: flowSentence,
    strength: strengthSentence,
    relevance: relevanceSentence,
    page: pageSentence,
    concepts: conceptsSentence,
    conceptsLead,
    conceptsWaiting,
    otherClass: otherClassSentence,
    neuron: neuronSentence,
    account: accountSentence,
    hazards: hazardSentences,
    ablation: ablationSentence,
    ablationAccuracy,
    maps: mapsSentence,
    sum: sumSentence,
    rules: rulesSentence,
    score: scoreSentence,
    inputs: inputsSentence,
  },

  lead: { click: 'Click a neuron. Everything here follows it.', tap: 'Tap a neuron. Everything here follows it.' },

  lab: labText,

  workbench: workbenchText,

  concepts: conceptsText,
  option: optionText,
  maps: mapsText,
  rules: rulesText,
  books: booksText,
  checks: checksText,
  inputs: inputsText,

  section: { data: 'Data', network: 'Network', treatment: 'Treatment', reads: 'What the instruments read' },

  card: {
    menu: (name: string) => `More about ${name}`,
    whatIsThis: 'What is this',
    enlarge: 'Enlarge',
    measuredAt: (step: number) => `measured at step ${count(step)}`,
    share: 'Share measured',
  },

  instrument: {
    field: {
      name: 'Field',
      subtitle: (samples: number) =>
        samples === 1 ? 'where it looks, in this sample' : `where it looks, over ${count(samples)} samples`,
      empty: 'Click a unit to see which pixels change its answer.',
      about:
        'Which pixels change this unit’s answer. The map holds the size of the gradient of the unit with respect to each ' +
        'pixel, averaged over samples. Dashed: what kernel sizes and strides allow. Solid: the smallest centred square ' +
        'that holds half of the map. The curve is the map summed over rows.',
    },
    flow: {
      name: 'Flow',
      subtitle: 'how much passes, in nats per unit',
      empty: 'Press play: after a few steps every layer has a value here.',
      about:
        'How much each layer’s answers vary over a batch of samples: batch entropy, the mean over units of the entropy of ' +
        'a bell curve fitted to what they answer. At 0 a layer tells no two samples apart, and nothing behind it can learn.',
    },
    strength: {
      name: 'Strength',
      subtitle: 'sum of incoming weights',
      empty: 'This net has no layer with weights; add a conv or dense layer.',
      about:
        'One dot per channel: all weights that lead into it, added with their signs. A few channels far from the rest ' +
        'carry the layer; a channel far below zero is held shut.',
    },
    relevance: {
      name: 'Concept',
      subtitle: 'what in this image counts',
      empty: 'Pick a sample and a class to see which channels and pixels speak for it.',
      about:
        'The logit of the class is handed back layer by layer, to each unit by what it brought. Red speaks for the class, ' +
        'blue against it. The bar shows whether the sum adds up: what does not reach the pixels stays in biases or in the ' +
        'stabiliser of the rule.',
    },
  },

  map: {
    /** Announced for one pixel of a map. */
    at: (row: number, column: number, value: string) => `row ${row}, column ${column}: ${value}`,
    keys: 'Arrow keys move over the map.',
  },

  field: {
    half: (side: number) => `half the weight: ${px(side)}`,
    allowed: (side: number) => `allowed: ${px(side)}`,
    allowedAll: (side: number) => `allowed: the whole image, ${px(side)}`,
    before: 'before training',
    map: (at: string, channel: number | null) =>
      channel === null ? `Field of ${at}` : `Field of ${at}, channel ${channel}`,
    profile: 'Weight per column',
    column: (column: number, share: number) => `column ${column}: ${percent(share, 1)} of the weight`,
    value: (value: number) => quantity(value),
    legendAllowed: (side: number) => `${px(side)} allowed`,
    legendAllowedAll: 'all of it allowed',
    legendHalf: 'half its weight',
  },

  flow: {
    figure: 'Entropy of each layer over the training steps',
    nats: 'nats',
    amount: (value: number) => `${decimal(value)}\u00a0nats`,
    units: (stage: string, units: number, dead: number) =>
      `The ${count(units)} units of ${stage} by their entropy; ${dead === 0 ? 'none is' : `${count(dead)} ${dead === 1 ? 'is' : 'are'}`} at exactly 0.`,
    unitAxis: 'entropy, nats →',
    unitCount: '↑ units',
    step: (step: number) => `step ${count(step)}`,
    row: (stage: string, value: number) => `${stage}, ${decimal(value)} nats`,
    at: (stage: string, step: number, value: number) => `${stage} at step ${count(step)}: ${decimal(value)} nats`,
  },

  strength: {
    figure: 'Sum of incoming weights of every channel, one row per layer. Arrow keys move between channels and layers.',
    axis: 'sum',
    history: 'How the variance of the strengths of each layer changes over the training steps',
    steps: 'step →',
    variance: '↑ variance of the strengths',
    dot: (stage: string, channel: number, value: number) => `${stage}, channel ${channel}: ${signed(value)}`,
  },

  relevance: {
    map: (name: string) => `What speaks for ${name} in this sample`,
    channel: (channel: number) => `channel ${channel}`,
    ofLogit: (start: number) => `of logit ${decimal(start, 1)}`,
    reaches: (share: number) => `${percent(share)} reaches the pixels`,
    missing: (parts: readonly { readonly name: string; readonly share: number }[]) =>
      parts.map(({ name, share }) => `${percent(share)} ${name}`).join(', '),
    missingParts: missingRelevance,
    bar: (channel: string, reached: string) => `Of the logit: ${channel}; ${reached}`,
    value: (value: number) => quantity(value, 2),
    against: 'against',
    for: 'for',
    row: (channel: number, value: number) => `channel ${channel}: ${signed(value)}`,
  },

  network: {
    figure: 'The network, from input to classes',
    input: 'input',
    feature: (index: number) => ['x', 'y', 'z'][index] ?? `x${index + 1}`,
    class: 'class',
    probability: 'probability',
    unit: (stage: string, channel: number, strength: number | null) =>
      strength === null ? `${stage}, channel ${channel}` : `${stage}, channel ${channel}, strength ${signed(strength)}`,
    classRow: (name: string, share: number) => `class ${name}, ${percent(share, 1)}`,
    size: 'Size: outgoing strength',
    inside: (name: string | null) =>
      name === null ? 'Inside: what it answers' : `Inside: what it answers to this ${name}`,
    none: 'none',
    most: 'most',
    lines: 'Lines: weight,',
    minusPlus: '− and +',
    minus: '−',
    plus: '+',
    strongest: (shown: number, of: number) => `${count(shown)} strongest of ${count(of)}`,
    shape: (shape: readonly number[]) =>
      shape.length === 3
        ? `${sides(shape[0]!, shape[1]!)}\u00a0×\u00a0${count(shape[2]!)}`
        : `${count(shape[0] ?? 0)} units`,
    inputShape: (shape: readonly number[]) =>
      shape.length === 3
        ? `${sides(shape[0]!, shape[1]!)}${shape[2]! > 1 ? `\u00a0×\u00a0${count(shape[2]!)}` : ''}`
        : `${count(shape[0] ?? 0)} numbers`,
    guess: (name: string, share: number) => `${name}, with ${percent(share, 1)}`,
    sample: (index: number) => `sample ${count(index)}`,
    next: (name: string, share: number) => `next guess ${name}, ${percent(share, 1)}`,
    swipe: 'swipe a row',
    answer: (name: string | null) => (name === null ? 'answer' : `answer to this ${name}`),
    row: (stage: string) => `${stage}, its units`,
  },

  time: {
    figure: 'Accuracy and training loss over the steps',
    accuracy: 'of held-out samples right',
    accuracyShort: 'read right',
    loss: 'training loss, log scale',
    lossShort: 'loss, log',
    notANumber: (step: number) => `not a number at step ${count(step)}`,
    empty: 'Press play: loss and accuracy are drawn here as they are measured.',
    step: 'step',
    stepLabel: (step: number) => `step ${count(step)}`,
    epoch: (epoch: number) => `epoch ${count(epoch)}`,
    seed: (seed: number) => `seed ${seed}`,
    play: 'Play',
    pause: 'Pause',
    once: 'One step',
    reset: 'Back to the start',
    progress: (step: number, horizon: number) => `step ${count(step)} of ${count(horizon)} drawn`,
    pace: {
      label: 'How fast it trains',
      cap: (steps: number | null) => (steps === null ? 'as fast as possible' : `at most ${count(steps)} steps/s`),
    },
    pointAt: (step: number, loss: number) => `step ${count(step)}: loss ${quantity(loss)}`,
  },

  samples: { pick: (index: number, name: string) => `sample ${count(index)}, ${name}`, unlabelled: 'no label' },
};
