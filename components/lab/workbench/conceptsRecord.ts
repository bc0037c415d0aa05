import type { ConceptsRecord, MeasurementRecord } from '#src';

/** What was answered, where this instrument measured it. */
export function recordOf<R extends MeasurementRecord>(value: MeasurementRecord | null, instrument: string): R | null {
  return value?.instrument === instrument ? (value as R) : null;
}

/** A ranking with the map of one more channel. */
export function withMap(record: ConceptsRecord, extra: ConceptsRecord | null): ConceptsRecord {
  const { data } = record;
  const channel = extra?.data.shown[0];
  if (!extra || channel === undefined || data.shown.includes(channel)) return record;
  const maps = joined(data.maps, extra.data.maps);
  const neurons = joined(data.neurons, extra.data.neurons);
  return { ...record, data: { ...data, shown: Uint32Array.from([...data.shown, channel]), maps, neurons } };
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const all = new Float32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
