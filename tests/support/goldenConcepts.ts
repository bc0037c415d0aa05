import * as tf from '@tensorflow/tfjs-core';
import {
  absNormalized,
  conceptGraph,
  channelMaps,
  channelRelevance,
  conditionalMaps,
  nearestOf,
  rulesFor,
  traceOf,
  walk,
  walkOptionsOf,
  type Composite,
  type ConceptQuery,
  type Conditions,
  type Model,
  type NodeCondition,
  type Trace,
} from '#src';
import { sectionsOf, unreadFields, type GoldenCase } from './goldenCase.ts';
import { exactly, nearLargest, SHARE_OF_LARGEST } from './goldenCompare.ts';
import { isObject, listOf, numberOf, numbersOf, objectOf, textOf, type Json, type JsonObject } from './goldenJson.ts';
import { networkOf, numbersFrom, withModel } from './goldenNets.ts';
import { methodOf } from './goldenRelevance.ts';

/** Runs a check on a trace of the net's own input. */
async function withTrace(
  net: JsonObject,
  name: string,
  check: (trace: Trace, model: Model) => Promise<string[]>,
): Promise<string[]> {
  const { composite } = methodOf(name);
  if (!composite) throw new Error(`composite "${name}" is not built`);
  return withModel(net, async (model) => {
    const { shape, data } = numbersOf(net.input, 'input');
    const x = tf.tensor([...data], [...shape]);
    const trace = traceOf(model, x, { rules: rulesFor(model.network, composite as Composite) });
    x.dispose();
    try {
      return await check(trace, model);
    } finally {
      trace.dispose();
    }
  });
}

/** Cases of a `crp` section: conditional maps, all channels of a node, a region of a node. */
export function conceptCases(net: JsonObject, crp: JsonObject, where: string): GoldenCase[] {
  const composite = textOf(crp.composite, 'composite');
  const kind = 'explainers/crp';
  return sectionsOf(crp, kind, where, {
    composite: 'used by others',
    cases: (list) =>
      listOf(list, 'cases').map((entry, i) => ({
        kind,
        where: `${where}.cases[${i}]`,
        check: () => withTrace(net, composite, (trace) => conditionProblems(trace, objectOf(entry, 'case'))),
      })),
    allChannels: (section) => [
      {
        kind,
        where: `${where}.allChannels`,
        check: () =>
          withTrace(net, composite, (trace) => allChannelsProblems(trace, net, objectOf(section, 'allChannels'))),
      },
    ],
    region: (section) => [
      {
        kind,
        where: `${where}.region`,
        check: () => withTrace(net, composite, (trace) => regionProblems(trace, net, objectOf(section, 'region'))),
      },
    ],
  });
}

const CASE_FIELDS = ['conditions', 'startLayer', 'initRel', 'maskRf', 'excludeParallel', 'heatmap', 'sum', 'recorded'];

function queryOf(entry: JsonObject): ConceptQuery {
  const [listed, ...others] = listOf(entry.conditions, 'conditions');
  if (others.length > 0) throw new Error('one condition set per case');
  const { y, ...named } = objectOf(listed, 'conditions');
  const conditions: Conditions = Object.fromEntries(
    Object.entries(named).map(([id, channels]) => [id, channels as unknown as NodeCondition]),
  );
  return {
    conditions,
    ...(y === undefined ? {} : { classes: numbersOf(y, 'y').data }),
    ...(entry.startLayer === undefined ? {} : { startAt: textOf(entry.startLayer, 'startLayer') }),
    ...(entry.initRel === undefined ? {} : { initial: numberOf(entry.initRel, 'initRel') }),
    ...(entry.excludeParallel === undefined ? {} : { excludesParallel: entry.excludeParallel === true }),
  };
}

async function conditionProblems(trace: Trace, entry: JsonObject): Promise<string[]> {
  const query = queryOf(entry);
  const isNeuron = Object.values(query.conditions).some((condition) => !Array.isArray(condition));
  const recorded = objectOf(entry.recorded ?? {}, 'recorded');
  const found = await numbersFrom(() => {
    const options = walkOptionsOf(trace, [query]);
    const { relevance } = walk(trace, options);
    return {
      heatmap: conditionalMaps(trace, [query]),
      ...Object.fromEntries(Object.keys(recorded).map((id) => [id, tf.sum(relevance.get(id)!, [0, 1, 2])])),
    };
  });
  const { heatmap } = found;
  return [
    ...unreadFields(entry, CASE_FIELDS),
    ...exactly('maskRf', isNeuron, entry.maskRf === true),
    ...nearLargest('heatmap', heatmap!, numbersOf(entry.heatmap, 'heatmap').data),
    ...sumProblems(heatmap!, numberOf(entry.sum, 'sum')),
    ...Object.entries(recorded).flatMap(([id, value]) => {
      const { channelRelevance: rho, ...rest } = objectOf(value, id);
      return [...unreadFields(rest, []), ...nearLargest(`recorded at ${id}`, found[id]!, numbersOf(rho, id).data)];
    }),
  ];
}

/** A sum of terms of both signs is as exact as the terms are. */
function sumProblems(map: Float32Array, expected: number): string[] {
  const sum = map.reduce((a, b) => a + b, 0);
  const scale = map.reduce((a, b) => a + Math.abs(b), 0);
  return nearLargest('sum', [sum, scale], [expected, scale]);
}

async function allChannelsProblems(trace: Trace, net: JsonObject, section: JsonObject): Promise<string[]> {
  const at = textOf(section.layer, 'layer');
  const classes = [numberOf(net.class, 'class')];
  const excludesParallel = section.excludeParallel === true;
  const found = await channelMaps(trace, { at, classes, excludesParallel });
  const few = await channelMaps(trace, { at, classes, excludesParallel }, { atOnce: 3 });
  const { unconditional } = await numbersFrom(() => ({
    unconditional: conditionalMaps(trace, [{ classes, conditions: {} }]),
  }));
  const expected = numbersOf(section.unconditional, 'unconditional').data;
  const area = expected.length;
  const gap = expected.map((value, i) => {
    let sum = 0;
    for (let k = 0; k < found.channels.length; k++) sum += found.maps[k * area + i]!;
    return Math.abs(sum - value);
  });
  const gapExpected = numberOf(section.sumOfConditionalMinusUnconditionalMaxAbs, 'gap');
  const largest = Math.max(...expected.map(Math.abs));
  const values = numbersOf(section.channelRelevance, 'channelRelevance').data;
  const order = numbersOf(section.order, 'order').data;
  return [
    ...unreadFields(section, [
      'layer',
      'excludeParallel',
      'heatmaps',
      'unconditional',
      'channelRelevance',
      'channelRelevanceAbsNorm',
      'order',
      'sumOfConditionalMinusUnconditionalMaxAbs',
    ]),
    ...nearLargest('heatmaps', found.maps, numbersOf(section.heatmaps, 'heatmaps').data),
    ...nearLargest('heatmaps, three at once', few.maps, numbersOf(section.heatmaps, 'heatmaps').data),
    ...nearLargest('unconditional', unconditional!, expected),
    ...nearLargest('channelRelevance', found.relevance, values),
    ...nearLargest(
      'channelRelevanceAbsNorm',
      absNormalized(found.relevance),
      numbersOf(section.channelRelevanceAbsNorm, 'channelRelevanceAbsNorm').data,
    ),
    ...nearLargest(
      'order',
      order.map((c) => found.relevance[c]!),
      [...values].sort((a, b) => b - a),
    ),
    ...nearLargest('gap', [Math.max(...gap), largest], [gapExpected, largest]),
  ];
}

async function regionProblems(trace: Trace, net: JsonObject, section: JsonObject): Promise<string[]> {
  const pair = (value: Json | undefined) => numbersOf(value, 'region').data as unknown as readonly [number, number];
  const region = { rows: pair(section.rows), columns: pair(section.cols) };
  const { rho } = await numbersFrom(() => ({
    rho: channelRelevance(
      trace,
      textOf(section.layer, 'layer'),
      { classes: [numberOf(net.class, 'class')], conditions: {} },
      { region },
    ),
  }));
  return [
    ...unreadFields(section, ['layer', 'rows', 'cols', 'inclusive', 'channelRelevance']),
    ...exactly('inclusive', true, section.inclusive ?? null),
    ...nearLargest('region', rho!, numbersOf(section.channelRelevance, 'channelRelevance').data),
  ];
}

/** Cases of an `attributionGraph` section. */
export function graphCases(net: JsonObject, section: JsonObject, where: string): GoldenCase[] {
  const kind = 'explainers/attributionGraph';
  const layers = listOf(section.layers, 'layers').map((id) => textOf(id, 'layer'));
  return sectionsOf(section, kind, where, {
    layers: 'used by others',
    inputLayers: (value) => [
      {
        kind,
        where: `${where}.inputLayers`,
        check: async () =>
          Object.entries(objectOf(value, 'inputLayers')).flatMap(([id, inputs]) =>
            exactly(
              `inputs of ${id}`,
              nearestOf(networkOf(net), id, new Set(layers)).sort(),
              listOf(inputs, id)
                .map((input) => textOf(input, id))
                .sort(),
            ),
          ),
      },
    ],
    runs: (list) =>
      listOf(list, 'runs').map((run, i) => ({
        kind,
        where: `${where}.runs[${i}]`,
        check: () => withTrace(net, 'epsilonPlusFlat', (trace) => graphProblems(trace, layers, objectOf(run, 'run'))),
      })),
  });
}

const conceptOf = (value: Json | undefined) => {
  const [at, channel] = listOf(value, 'concept');
  return { at: textOf(at, 'node'), channel: numberOf(channel, 'channel') };
};

/** The reference expands a pair it meets twice, twice; we follow it once. So both are compared without repetitions. */
async function graphProblems(trace: Trace, among: readonly string[], run: JsonObject): Promise<string[]> {
  const start = { at: textOf(run.layer, 'layer'), channel: numberOf(run.concept, 'concept') };
  const { nodes, edges } = await conceptGraph(trace, {
    start,
    among,
    target: run.target === null ? null : numberOf(run.target, 'target'),
    width: numbersOf(run.width, 'width').data,
    absNorm: run.absNorm === true,
  });
  const name = ({ at, channel }: { at: string; channel: number }) => `${at} ${channel}`;
  const expectedNodes = new Set(listOf(run.nodes, 'nodes').map((node) => name(conceptOf(node))));
  const expectedEdges = new Map(
    listOf(run.edges, 'edges').map((value) => {
      if (!isObject(value)) throw new Error('an edge should be an object');
      return [`${name(conceptOf(value.from))} to ${name(conceptOf(value.to))}`, numberOf(value.relevance, 'relevance')];
    }),
  );
  const found = new Map(edges.map(({ from, to, relevance }) => [`${name(from)} to ${name(to)}`, relevance]));
  const sameNodes = exactly('nodes', nodes.map(name).sort(), [...expectedNodes].sort());
  const sameEdges = exactly('edges', [...found.keys()].sort(), [...expectedEdges.keys()].sort());
  return [
    ...unreadFields(run, ['layer', 'concept', 'target', 'width', 'absNorm', 'nodes', 'edges']),
    ...sameNodes,
    ...sameEdges,
    ...(sameEdges.length > 0
      ? []
      : nearLargest(
          'relevance of edges',
          [...expectedEdges.keys()].map((edge) => found.get(edge)!),
          [...expectedEdges.values()],
          SHARE_OF_LARGEST,
        )),
  ];
}
