import { InputError } from '../core/errors.ts';
import { inTurn } from '../core/inTurn.ts';
import { areaOf, channelsOf } from '../core/shape.ts';
import { channelMaps } from '../concepts/channelMaps.ts';
import { channelRelevanceSteps, type Region } from '../concepts/channelRelevance.ts';
import type { Conditions } from '../concepts/conditions.ts';
import { parallelTo } from '../network/ancestors.ts';
import { nodeOf } from '../network/network.ts';
import { probabilityOf, startOf } from '../relevance/logits.ts';
import { explained, explainedDefaults, plainOptions, ranking, type ExplainedOptions } from './explained.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import { defineInstrument } from './instrument.ts';
import type { ConceptsData } from './records.ts';

export interface ConceptsOptions extends ExplainedOptions {
  /** Node whose channels are the concepts. */
  readonly at: string;
  /** How many maps: of the channels with most relevance, without sign. */
  readonly count: number;
  /** Maps of these channels, in the place of the foremost. */
  readonly channels: readonly number[] | null;
  /** What else relevance must pass, by node: channels, any of them, or single neurons; at the node itself, in every map. */
  readonly conditions: Conditions;
  /** Leaves out relevance that goes past the node. */
  readonly excludesParallel: boolean;
  /** Ranks by the relevance in this part of the node only. */
  readonly region: Region | null;
  /** Relevance to start with: a number, or the class's probability; null for what the composite says, mostly the logit. */
  readonly initial: number | 'probability' | null;
}

/** Who argues for a class: the channels of one node, ranked, each with the map of what it brings to this class. */
export const concepts = defineInstrument<ConceptsData, ConceptsOptions>({
  id: 'concepts',
  title: 'Concepts',
  question: 'Which channels argue for this class, and where?',
  source: 'Achtibat et al. 2023',
  defaults: {
    ...explainedDefaults,
    at: '',
    count: 8,
    channels: null,
    conditions: {},
    excludesParallel: true,
    region: null,
    initial: null,
  },
  describe: plainOptions,
  compute: (model, x, options, { signal, onProgress }) => {
    const turn = { signal, what: 'concepts' };
    return explained(model, x, options, turn, async ({ trace, composite, target, scores }) => {
      const { network } = trace;
      const { at, count, conditions, excludesParallel, region } = options;
      const { shape } = nodeOf(network, at);
      const channels = channelsOf(shape);
      if (!(Number.isInteger(count) && count >= 1)) {
        throw new InputError(`bad count of concepts: ${count}; use a whole number from 1 to ${channels}`);
      }
      const usual = startOf(composite, scores, target);
      const probability = probabilityOf(scores, target);
      const initial = options.initial === 'probability' ? probability : options.initial;
      if (initial !== null && !(Number.isFinite(initial) && initial !== 0)) {
        throw new InputError(`bad initial relevance: ${initial}; use a number other than 0, or null for the logit`);
      }
      const begins = initial === null ? {} : { initial };
      const query = { classes: [target], conditions, excludesParallel, ...begins };
      const hooks = { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
      const inRegion = region && (await regionRelevance());
      const top = options.channels ?? foremost(inRegion, count);
      const found = await channelMaps(trace, { ...query, at, channels: top, start: composite.start }, hooks);
      checkFinite(found.maps, `the concept maps of "${at}"`);
      return {
        at,
        class: target,
        start: initial ?? usual,
        usualStart: usual,
        probability,
        composite: composite.id,
        height: found.height,
        width: found.width,
        relevance: inRegion ?? found.relevance,
        order: ranking(inRegion ?? found.relevance),
        shown: found.channels,
        maps: found.maps,
        grid: areaOf(shape),
        neurons: found.neurons,
        bypassed: found.bypassed,
        parallel: parallelTo(network, at),
        conditions,
        region,
      };

      async function regionRelevance(): Promise<Float32Array> {
        const steps = channelRelevanceSteps(trace, at, query, { region: region!, start: composite.start });
        const [values] = (await readAndDispose([await inTurn(steps, turn)])) as [Float32Array];
        return values;
      }
    });
  },
});

/** The channels with most relevance in a region; without one, how many: the engine ranks them itself. */
function foremost(inRegion: Float32Array | null, count: number): readonly number[] | number {
  return inRegion ? [...ranking(inRegion.map(Math.abs))].slice(0, count) : count;
}
