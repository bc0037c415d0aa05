import { inTurn, type InTurnOptions } from '../core/inTurn.ts';
import { conceptGraph, type Concept } from '../concepts/conceptGraph.ts';
import { conditionalMapsSteps } from '../concepts/channelRelevance.ts';
import { stages } from '../network/stages.ts';
import type { Trace } from '../relevance/trace.ts';
import { logitOf } from '../relevance/logits.ts';
import { explained, explainedDefaults, mapShape, plainOptions, type ExplainedOptions } from './explained.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import { defineInstrument } from './instrument.ts';
import type { AttributionGraphData } from './records.ts';

export interface AttributionGraphOptions extends ExplainedOptions {
  /** Concept to take apart; null: the class itself. */
  readonly from: Concept | null;
  /** Channels to follow from each, level by level. */
  readonly width: readonly number[];
  /** Nodes that may appear; null: the output of every stage. */
  readonly among: readonly string[] | null;
  /** Follows what speaks against as well. */
  readonly by: 'value' | 'size';
}

/** How the evidence for a class travels: the channels that carry it, layer by layer, and how much passes between them. */
export const attributionGraph = defineInstrument<AttributionGraphData, AttributionGraphOptions>({
  id: 'attributionGraph',
  title: 'Attribution graph',
  question: 'Which lower concepts is this one made of?',
  source: 'Achtibat et al. 2023',
  defaults: { ...explainedDefaults, from: null, width: [3, 2, 2], among: null, by: 'size' },
  describe: plainOptions,
  compute: (model, x, options, { signal }) => {
    const turn = { signal, what: 'attribution graph' };
    return explained(model, x, options, turn, async ({ trace, target }) => {
      const { network } = trace;
      const { from, width, by } = options;
      const among = options.among ?? stages(network).map(({ output }) => output);
      const start = from ?? { at: network.output, channel: logitOf(network, target) };
      const { nodes, levels, edges } = await conceptGraph(trace, {
        start,
        // From the class itself its logit starts, which is the output's own value there.
        target: from ? target : null,
        among: among.filter((id) => id !== start.at),
        width,
        absNorm: false,
        by,
        ...(signal ? { signal } : {}),
      });
      const maps = await mapsOf(trace, nodes, target, turn);
      const [height, width_] = mapShape(network);
      return { class: target, start, nodes, levels, edges, height, width: width_, maps };
    });
  },
});

/** The conditional map of every concept of the graph for the class, [nodes, height, width]. */
async function mapsOf(
  trace: Trace,
  nodes: readonly Concept[],
  target: number,
  turn: InTurnOptions,
): Promise<Float32Array> {
  const [height, width] = mapShape(trace.network);
  const area = height * width;
  const maps = new Float32Array(nodes.length * area);
  for (const at of new Set(nodes.map((node) => node.at))) {
    const group = nodes.flatMap((node, i) => (node.at === at ? [{ channel: node.channel, i }] : []));
    const queries = group.map(({ channel }) => ({ classes: [target], conditions: { [at]: [channel] } }));
    const steps = conditionalMapsSteps(trace, queries);
    const [values] = (await readAndDispose([await inTurn(steps, turn)])) as [Float32Array];
    checkFinite(values, `the concept maps of "${at}"`);
    group.forEach(({ i }, k) => maps.set(values.subarray(k * area, (k + 1) * area), i * area));
  }
  return maps;
}
