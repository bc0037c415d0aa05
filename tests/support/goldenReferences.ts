import {
  findReferences,
  rulesFor,
  type Model,
  type ReferenceMode,
  type ReferenceRanking,
  type References,
  type Samples,
} from '#src';
import { unreadFields, type GoldenCase } from './goldenCase.ts';
import { exactly, nearLargest } from './goldenCompare.ts';
import { listOf, numberOf, numbersOf, objectOf, textOf, type JsonObject } from './goldenJson.ts';
import { withModel } from './goldenNets.ts';
import { methodOf } from './goldenRelevance.ts';

const MODES: readonly ReferenceMode[] = ['relevance', 'activation'];

/** Cases of a `relMax` section: reference samples of every channel, by relevance and by activation. */
export function referenceCases(net: JsonObject, section: JsonObject, where: string): GoldenCase[] {
  const kind = 'explainers/relMax';
  const { runs, classStats, ...settings } = section;
  const count = numberOf(settings.samples, 'samples');
  const layers = listOf(settings.layers, 'layers').map((id) => textOf(id, 'layer'));
  const known = ['samples', 'labels', 'layers', 'composite', 'top'];
  return [
    ...listOf(runs, 'runs').map((value, i): GoldenCase => {
      const run = objectOf(value, 'run');
      const maxTarget = textOf(run.maxTarget, 'maxTarget') === 'max' ? 'max' : 'sum';
      return {
        kind,
        where: `${where}.runs[${i}]`,
        check: () =>
          collected(net, settings, layers, { maxTarget, absNorm: run.absNorm === true }, (found) => [
            ...unreadFields(settings, known),
            ...unreadFields(run, ['maxTarget', 'absNorm', 'layers']),
            ...exactly('samples', found.done, count),
            ...layers.flatMap((id) =>
              MODES.flatMap((mode) => {
                const expected = objectOf(objectOf(objectOf(run.layers, 'layers')[id], id)[mode], mode);
                return rankingProblems(`${id}, ${mode}`, found.rankings.get(id)![mode]!, expected);
              }),
            ),
          ]),
      };
    }),
    {
      kind,
      where: `${where}.classStats`,
      check: () =>
        collected(net, settings, layers, { maxTarget: 'sum', absNorm: true }, (found) =>
          classProblems(found, objectOf(classStats, 'classStats')),
        ),
    },
  ];
}

interface Settings {
  readonly maxTarget: 'sum' | 'max';
  readonly absNorm: boolean;
}

async function collected(
  net: JsonObject,
  { composite: name, labels }: JsonObject,
  nodes: readonly string[],
  settings: Settings,
  check: (found: References) => string[],
): Promise<string[]> {
  const { composite } = methodOf(textOf(name, 'composite'));
  if (!composite) throw new Error('the composite is not built');
  const inputs = Float32Array.from(listOf(net.dataset, 'dataset').flatMap((row) => [...numbersOf(row, 'sample').data]));
  const samples: Samples = {
    inputs,
    labels: Int32Array.from(numbersOf(labels, 'labels').data),
    count: numbersOf(labels, 'labels').data.length,
  };
  return withModel(net, async (model: Model) => {
    rulesFor(model.network, composite);
    let last: References | undefined;
    // Batches of seven: the twenty samples meet in three merges.
    for await (const found of findReferences(model, samples, { nodes, composite, ...settings, atOnce: 7 }))
      last = found;
    return last ? check(last) : ['nothing was found'];
  });
}

/** Values must agree in order; a sample (and its neuron) where its value is not shared by a neighbour in the ranking. */
function rankingProblems(what: string, found: ReferenceRanking, expected: JsonObject): string[] {
  const values = listOf(expected.values, 'values').map((row) => numbersOf(row, 'values').data);
  const ids = listOf(expected.sampleIds, 'sampleIds').map((row) => numbersOf(row, 'sampleIds').data);
  const neurons = listOf(expected.neuron, 'neuron').map((row) => numbersOf(row, 'neuron').data);
  const largest = Math.max(...values.flat().map(Math.abs));
  return [
    ...unreadFields(expected, ['values', 'sampleIds', 'neuron']),
    ...exactly(`channels of ${what}`, found.channels, values.length),
    ...nearLargest(
      `values of ${what}`,
      values.flatMap((row, c) => row.map((_, i) => found.top(c)[i]!.value)),
      values.flat(),
    ),
    ...values.flatMap((row, c) =>
      row.flatMap((value, i) => {
        const isNear = (other: number | undefined) => other !== undefined && Math.abs(other - value) < 1e-6 * largest;
        // The last one may be tied with one that is not listed.
        if (i === row.length - 1 || isNear(row[i - 1]) || isNear(row[i + 1])) return [];
        const reference = found.top(c)[i]!;
        return [
          ...exactly(`sample ${i} of channel ${c} of ${what}`, reference.sample, ids[c]![i]!),
          ...exactly(`neuron ${i} of channel ${c} of ${what}`, reference.neuron, neurons[c]![i]!),
        ];
      }),
    ),
  ];
}

function classProblems(found: References, section: JsonObject): string[] {
  const ranking = found.rankings.get(textOf(section.layer, 'layer'))!.relevance!;
  const targets = numbersOf(section.targets, 'targets').data;
  const rows = listOf(section.meanTop10Relevance, 'meanTop10Relevance').map((row) => numbersOf(row, 'row').data);
  const score = (channel: number, label: number) =>
    ranking.classes(channel).find((entry) => entry.label === label)?.score ?? NaN;
  return [
    ...unreadFields(section, ['layer', 'targets', 'meanTop10Relevance']),
    ...nearLargest(
      'meanTop10Relevance',
      targets.flatMap((label, t) => rows[t]!.map((_, c) => score(c, label))),
      rows.flat(),
    ),
  ];
}
