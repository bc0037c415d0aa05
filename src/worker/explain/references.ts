import { fieldCrop, relevantCrop } from '../../concepts/crops.ts';
import type { Reference, ReferenceRanking } from '../../concepts/ranking.ts';
import { referenceMaps } from '../../concepts/referenceMaps.ts';
import { findReferences, type References } from '../../concepts/references.ts';
import { rulesFor, type Composite } from '../../relevance/composite.ts';
import { compositeFrom } from '../../relevance/composites/registry.ts';
import type { ExplainCommands, FoundReferences, ShownReference } from './commands.ts';
import type { Desk, JobContext } from './desk.ts';

/** Parts are sent at most this often. */
const PART_MS = 250;

type Take = ExplainCommands['references']['take'];

/** Reference samples of some channels: what is found so far, batch by batch, then with the maps that show them. */
export async function answerReferences(
  desk: Desk,
  take: Take,
  { signal, progress, part }: JobContext<FoundReferences>,
): Promise<FoundReferences> {
  const { model, data, step } = desk;
  const { at, channels, mode, label, count } = take;
  const composite = compositeFrom(take.composite);
  rulesFor(model.network, composite, take.rules);
  const search = { nodes: [at], modes: [mode], composite, rules: take.rules, signal };
  let found: References | undefined;
  let told = -Infinity;
  for await (const sofar of findReferences(model, data.test, search)) {
    found = sofar;
    progress(sofar.done, sofar.total);
    if (performance.now() - told < PART_MS || sofar.done === sofar.total) continue;
    told = performance.now();
    part(shown(desk, take, sofar, new Map()));
  }
  const ranking = found!.rankings.get(at)![mode]!;
  part(shown(desk, take, found!, new Map()));
  const maps = new Map<number, readonly Pictured[]>();
  for (const channel of channels) {
    maps.set(channel, await pictured(desk, take, composite, channel, bestOf(ranking, channel, label, count), signal));
  }
  return { ...shown(desk, take, found!, maps), step };
}

type Pictured = Pick<ShownReference, 'map' | 'crop' | 'field'>;

function bestOf(ranking: ReferenceRanking, channel: number, label: number | null, count: number): readonly Reference[] {
  return (label === null ? ranking.top(channel) : ranking.topOf(channel, label)).slice(0, count);
}

async function pictured(
  { model, data }: Desk,
  { at, mode, rules }: Take,
  composite: Composite,
  channel: number,
  references: readonly Reference[],
  signal: AbortSignal,
): Promise<Pictured[]> {
  const options = { at, channel, mode, composite, rules, signal };
  const { height, width, maps, neuronMaps } = await referenceMaps(model, data.test, references, options);
  const area = height * width;
  return references.map(({ neuron }, k) => ({
    map: maps.slice(k * area, (k + 1) * area),
    crop: relevantCrop(neuronMaps.subarray(k * area, (k + 1) * area), [height, width]).crop,
    field: fieldCrop(model.network, at, neuron),
  }));
}

/** The foremost references as the page shows them. */
function shown(
  { data, step }: Desk,
  { at, channels, mode, label, count }: Take,
  { done, total, rankings }: References,
  maps: ReadonlyMap<number, readonly Pictured[]>,
): FoundReferences {
  const ranking = rankings.get(at)![mode]!;
  const length = data.test.inputs.length / data.test.count;
  return {
    at,
    mode,
    step,
    done,
    total,
    channels: channels.map((channel) => ({
      channel,
      references: bestOf(ranking, channel, label, count).map((reference, k) => ({
        ...reference,
        input: data.test.inputs.slice(reference.sample * length, (reference.sample + 1) * length),
        ...(maps.get(channel)?.[k] ?? { map: null, crop: null, field: null }),
      })),
      classes: ranking.classes(channel),
    })),
  };
}
