import * as tf from '@tensorflow/tfjs-core';
import { channelsOf, countParameters, foldBatchNorm, forward, nodeOf, outputOf, type Network } from '#src';
import { sectionsOf, type GoldenCase } from './goldenCase.ts';
import { exactly, nearLargest } from './goldenCompare.ts';
import { conceptCases, graphCases } from './goldenConcepts.ts';
import { fieldCases } from './goldenFields.ts';
import { statisticsCases } from './goldenFieldStatistics.ts';
import { isObject, listOf, numbersOf, objectOf, textOf, type JsonObject } from './goldenJson.ts';
import { missingIn, networkOf, numbersFrom, ourName, withModel } from './goldenNets.ts';
import { gradientCases } from './goldenGradients.ts';
import { inputOptimizationCases } from './goldenInputOptimization.ts';
import { metricsCases, sensitivityCases } from './goldenMetrics.ts';
import { fieldProblems } from './goldenReceptiveField.ts';
import { referenceCases } from './goldenReferences.ts';
import { relevanceCases } from './goldenRelevance.ts';

/** Folding may move the logits by this share of the largest (explainers, 2.5). */
const FOLDED_LOGITS = 1e-5;

/** explainers.json: nets, receptive fields and their statistics. */
export function explainersCases(file: JsonObject, where: string): GoldenCase[] {
  return sectionsOf(file, 'explainers', where, {
    meta: 'used by others',
    nets: (nets) =>
      Object.entries(objectOf(nets, 'nets')).flatMap(([name, net]) =>
        netCases(objectOf(net, name), `${where}.nets.${name}`),
      ),
    erf: (list) => listOf(list, 'erf').flatMap((entry, i) => fieldCases(objectOf(entry, 'erf'), `${where}.erf[${i}]`)),
    erfStatistics: (list) =>
      listOf(list, 'erfStatistics').flatMap((entry, i) =>
        statisticsCases(objectOf(entry, 'erfStatistics'), `${where}.erfStatistics[${i}]`),
      ),
  });
}

function netCases(net: JsonObject, where: string): GoldenCase[] {
  const missing = missingIn(net);
  if (missing.length > 0) return missing.map((kind) => ({ kind, where }));
  const second = net.secondInput === undefined ? [] : secondCases(net, objectOf(net.secondInput, 'secondInput'), where);
  const rest = sectionsOf(net, 'explainers', where, {
    nodes: 'used by others',
    weights: 'used by others',
    input: 'used by others',
    class: 'used by others',
    // Checked with the forward pass.
    logits: 'used by others',
    nodeChannelMeans: 'used by others',
    params: 'used by others',
    noise: 'used by others',
    dataset: 'used by others',
    datasetShape: 'used by others',
    secondInput: () => second,
    rf: (rf) => [
      {
        kind: 'explainers/receptiveField',
        where: `${where}.rf`,
        check: async () => fieldProblems(networkOf(net), objectOf(rf, 'rf')),
      },
    ],
    foldedWeights: (folded) => [
      {
        kind: 'explainers/foldedWeights',
        where: `${where}.foldedWeights`,
        check: () => foldingProblems(net, objectOf(folded, 'foldedWeights')),
      },
    ],
    // The gap in float64; ours in float32 is held against the specification's bound, see foldingProblems.
    foldedLogitsMaxAbsDiff: 'used by others',
    lrp: (methods) => relevanceCases(net, objectOf(methods, 'lrp'), `${where}.lrp`),
    lrpWithoutFolding: (section) => unfoldedCases(net, objectOf(section, 'lrpWithoutFolding'), where),
    crp: (section) => conceptCases(net, objectOf(section, 'crp'), `${where}.crp`),
    attributionGraph: (section) => graphCases(net, objectOf(section, 'attributionGraph'), `${where}.attributionGraph`),
    relMax: (section) => referenceCases(net, objectOf(section, 'relMax'), `${where}.relMax`),
    metrics: (section) => metricsCases(net, objectOf(section, 'metrics'), `${where}.metrics`),
    maxSensitivity: (section) => sensitivityCases(net, objectOf(section, 'maxSensitivity'), `${where}.maxSensitivity`),
    gradients: (methods) => gradientCases(net, objectOf(methods, 'gradients'), `${where}.gradients`),
    inputOptimisation: (section) =>
      inputOptimizationCases(net, objectOf(section, 'inputOptimisation'), `${where}.inputOptimisation`),
  });
  return [{ kind: 'explainers/forward', where, check: () => forwardProblems(net) }, ...rest];
}

/** The net on another input, explained for another class. */
function secondCases(net: JsonObject, second: JsonObject, where: string): GoldenCase[] {
  const { nodes = [], weights = {} } = net;
  const here = `${where}.secondInput`;
  const other: JsonObject = { nodes, weights, ...second };
  const cases = sectionsOf(second, 'explainers/secondInput', here, {
    input: 'used by others',
    class: 'used by others',
    logits: 'used by others',
    nodeChannelMeans: 'used by others',
    lrp: (methods) => relevanceCases(other, objectOf(methods, 'lrp'), `${here}.lrp`),
  });
  return [{ kind: 'explainers/forward', where: here, check: () => forwardProblems(other) }, ...cases];
}

/** Maps with the batch norms passed through; the one called "map" is of the composite CRP uses. */
function unfoldedCases(net: JsonObject, section: JsonObject, where: string): GoldenCase[] {
  const { map, ...others } = section;
  const methods = Object.entries(others).filter(([, value]) => isObject(value));
  const named: JsonObject = { ...(map === undefined ? {} : { epsilonPlusFlat: map }), ...Object.fromEntries(methods) };
  return relevanceCases(net, named, `${where}.lrpWithoutFolding`, { isFolded: false });
}

/** Every node's output shape and channel means, the logits, and the number of trained weights. */
async function forwardProblems(net: JsonObject): Promise<string[]> {
  const means = net.nodeChannelMeans === undefined ? {} : objectOf(net.nodeChannelMeans, 'nodeChannelMeans');
  return withModel(net, async (model) => {
    const { shape, data } = numbersOf(net.input, 'input');
    const computed = await numbersFrom(() => {
      const values = forward(model, tf.tensor([...data], [...shape]));
      const channelMeans = Object.keys(means).map((id) => {
        const value = values.get(id);
        if (!value) throw new Error(`nodeChannelMeans names "${id}", which is no node`);
        return [`mean of ${id}`, value.rank === 4 ? tf.mean(value, [0, 1, 2]) : tf.mean(value, 0)] as const;
      });
      return { logits: outputOf(model, values), ...Object.fromEntries(channelMeans) };
    });
    const { logits } = net;
    return [
      ...(logits === undefined ? [] : nearLargest('logits', computed.logits!, numbersOf(logits, 'logits').data)),
      ...Object.entries(means).flatMap(([id, mean]) =>
        nearLargest(`mean of ${id}`, computed[`mean of ${id}`]!, numbersOf(mean, id).data),
      ),
      ...(net.params === undefined ? [] : exactly('params', countParameters(model.network), net.params)),
      ...shapeProblems(net, model.network),
    ];
  });
}

function shapeProblems(net: JsonObject, built: Network): string[] {
  return listOf(net.nodes, 'nodes').flatMap((entry) => {
    const { name, outShape, cin, c } = objectOf(entry, 'node');
    const node = nodeOf(built, textOf(name, 'name'));
    const [source] = node.from;
    const before = source === 'input' ? built.input : nodeOf(built, source!).shape;
    const channels = [cin, c].filter((count) => count !== undefined);
    const problems = channels.flatMap((count) => exactly(`input channels of ${node.id}`, channelsOf(before), count));
    if (outShape === undefined) return problems;
    const expected = numbersOf(outShape, 'outShape').data;
    // A mean over space is [1, 1, C] in the file and [C] here.
    const isPoint = expected.length === 3 && node.shape.length === 1 && expected[0] === 1 && expected[1] === 1;
    return [...problems, ...exactly(`outShape of ${node.id}`, node.shape, isPoint ? expected.slice(2) : expected)];
  });
}

/** The folded weights, and that folding leaves the logits where they were. */
async function foldingProblems(net: JsonObject, listed: JsonObject): Promise<string[]> {
  return withModel(net, async (model) => {
    const { shape, data } = numbersOf(net.input, 'input');
    const computed = await numbersFrom(() => {
      const folded = foldBatchNorm(model);
      const x = tf.tensor([...data], [...shape]);
      const weights = Object.keys(listed).map((name) => {
        const [id, param] = ourName(name).split('/') as [string, string];
        const value = folded.forward.paramsOf!(nodeOf(model.network, id))[param];
        if (!value) throw new Error(`foldedWeights names "${name}", which is no weight`);
        // A copy: an unfolded weight is the model's own variable.
        return [name, tf.clone(value)] as const;
      });
      const before = outputOf(model, forward(model, x));
      const after = outputOf(model, forward(model, x, folded.forward));
      return { before, after, ...Object.fromEntries(weights) };
    });
    return [
      ...Object.entries(listed).flatMap(([name, value]) =>
        nearLargest(name, computed[name]!, numbersOf(value, name).data),
      ),
      ...nearLargest('folded logits', computed.after!, computed.before!, FOLDED_LOGITS),
    ];
  });
}
