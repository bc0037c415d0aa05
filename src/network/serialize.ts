import { InputError } from '../core/errors.ts';
import { jsonErrorAt } from '../core/jsonErrorAt.ts';
import { network, vocabulary, type Network, type NodeSpec, type Vocabulary } from './network.ts';

/** A network as it is stored: plain JSON with a version. */
export interface NetworkJSON {
  readonly format: 'neuroloupe-network';
  readonly version: 1;
  readonly input: readonly number[];
  readonly nodes: readonly NodeSpec[];
}

export function networkToJSON(net: Network): NetworkJSON {
  return { format: 'neuroloupe-network', version: 1, input: net.input, nodes: net.specs };
}

/** Reads a stored network: an object or its text. `format` and `version` may be left out by hand. */
export function networkFromJSON(source: unknown, words: Vocabulary = vocabulary): Network {
  const value = typeof source === 'string' ? parseText(source) : source;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError('not a network; write { "input": [28, 28, 1], "nodes": [ … ] }');
  }
  const { format, version, input, nodes, ...rest } = value as Record<string, unknown>;
  if (format !== undefined && format !== 'neuroloupe-network') {
    throw new InputError(`not a network: format ${JSON.stringify(format)}; expected "neuroloupe-network"`);
  }
  if (version !== undefined && version !== 1) {
    throw new InputError(`unknown version of the network format: ${JSON.stringify(version)}; this program reads 1`);
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new InputError(`unknown field of a network: "${unknown}"; known: format, version, input, nodes`);
  }
  if (!Array.isArray(nodes))
    throw new InputError('network without nodes; add "nodes": [ { "kind": "dense", "units": 10 } ]');
  return network(input as number[], nodes as NodeSpec[], words);
}

/** JSON.parse whose error says where: line and column. */
function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const lines = text.slice(0, jsonErrorAt(text)).split('\n');
    const place = `line ${lines.length}, column ${lines[lines.length - 1]!.length + 1}`;
    throw new InputError(`not JSON: ${place}; check commas, quotes and brackets there`, place);
  }
}

/** A short name for exactly this description: FNV-1a, 64 bits, over its canonical text. */
export function networkDigest(net: Network): string {
  const text = canonical({ input: net.input, nodes: net.specs });
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

/** JSON with sorted keys, so that the order in which options were written does not matter. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    // What is undefined is not there once it is stored, so it does not count here either.
    const given = Object.entries(value).filter(([, item]) => item !== undefined);
    const entries = given.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
