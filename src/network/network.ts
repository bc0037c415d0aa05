import { activations as builtInActivations } from '../activations/registry.ts';
import type { Activation } from '../activations/activation.ts';
import { InputError } from '../core/errors.ts';
import { parseOptions } from '../core/options.ts';
import type { Registry } from '../core/registry.ts';
import { channelsOf, describeShape, type Shape } from '../core/shape.ts';
import { initializers as builtInInitializers } from '../initializers/registry.ts';
import type { Initializer } from '../initializers/initializer.ts';
import type { Layer, ParamSpec } from '../layers/layer.ts';
import { layers as builtInLayers } from '../layers/registry.ts';

/** The words a network description may use. Users extend a copy with `registry.with(item)`. */
export interface Vocabulary {
  readonly layers: Registry<Layer>;
  readonly activations: Registry<Activation>;
  readonly initializers: Registry<Initializer>;
}

export const vocabulary: Vocabulary = {
  layers: builtInLayers,
  activations: builtInActivations,
  initializers: builtInInitializers,
};

/** A node as it is written: a kind, an optional id, where it reads from (default: the node before), its options. */
export interface NodeSpec {
  readonly kind: string;
  readonly id?: string;
  readonly from?: string | readonly string[];
  readonly [option: string]: unknown;
}

/** A checked node: shapes known, options complete. */
export interface NetworkNode {
  readonly id: string;
  readonly kind: string;
  readonly from: readonly string[];
  /** Output shape without the batch. */
  readonly shape: Shape;
  readonly options: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, ParamSpec>>;
  readonly layer: Layer;
  /** Neighbouring channels joined into one: the arity of a gate, else 1. */
  readonly joins: number;
}

/** A checked network on paper: a DAG in walking order. The last node is the output. */
export interface Network {
  readonly input: Shape;
  readonly nodes: readonly NetworkNode[];
  readonly output: string;
  readonly vocabulary: Vocabulary;
  /** The description it was made from; JSON all the way down. */
  readonly specs: readonly NodeSpec[];
}

export const INPUT = 'input';
const MAX_NODES = 2000;
const MAX_NUMBERS = 5e7;

/**
 * Checks a description and infers every shape.
 * `input` is one sample's shape, [height, width, channels] or [features]. Errors name the node.
 */
export function network(input: Shape, specs: readonly NodeSpec[], words: Vocabulary = vocabulary): Network {
  checkInput(input);
  if (!Array.isArray(specs) || specs.length === 0) {
    throw new InputError('network without nodes; add at least one, for example { "kind": "dense", "units": 10 }');
  }
  if (specs.length > MAX_NODES) throw new InputError(`too many nodes: ${specs.length}; use at most ${MAX_NODES}`);

  const ids = nameNodes(specs, words);
  const shapes = new Map<string, Shape>([[INPUT, input]]);
  const nodes: NetworkNode[] = [];
  let before = INPUT;
  specs.forEach((spec, index) => {
    const id = ids[index]!;
    const node = checkNode(spec, id, before, shapes, ids, words);
    shapes.set(id, node.shape);
    nodes.push(node);
    before = id;
  });
  checkReached(nodes);
  checkSize(nodes);
  return { input, nodes, output: before, vocabulary: words, specs };
}

function checkInput(input: Shape): void {
  const fits =
    Array.isArray(input) &&
    (input.length === 1 || input.length === 3) &&
    input.every((n) => Number.isSafeInteger(n) && n >= 1 && n <= 65536);
  if (!fits) {
    throw new InputError(`bad input shape: ${JSON.stringify(input)}; use [features] or [height, width, channels]`);
  }
}

/** Ids as given, else the kind and a running number: conv2d1, conv2d2, dense1. */
function nameNodes(specs: readonly NodeSpec[], words: Vocabulary): string[] {
  const counts = new Map<string, number>();
  const used = new Set<string>([INPUT]);
  return specs.map((spec, index) => {
    if (typeof spec !== 'object' || spec === null || typeof spec.kind !== 'string') {
      throw new InputError(`node ${index + 1} has no kind; write for example { "kind": "dense", "units": 10 }`);
    }
    words.layers.get(spec.kind);
    const count = (counts.get(spec.kind) ?? 0) + 1;
    counts.set(spec.kind, count);
    const id = spec.id ?? `${spec.kind}${count}`;
    if (typeof id !== 'string' || !/^[\p{L}_][\p{L}\p{N}_.-]{0,63}$/u.test(id)) {
      throw new InputError(
        `bad id of node ${index + 1}: ${JSON.stringify(id)}; use letters, digits, _ . or -, starting with a letter`,
      );
    }
    if (used.has(id)) throw new InputError(`duplicate id: "${id}"; give every node an id of its own`, id);
    used.add(id);
    return id;
  });
}

function checkNode(
  spec: NodeSpec,
  id: string,
  before: string,
  shapes: ReadonlyMap<string, Shape>,
  ids: readonly string[],
  words: Vocabulary,
): NetworkNode {
  const { kind, id: _id, from, ...given } = spec;
  const layer = words.layers.get(kind);
  const sources = sourcesOf(from ?? before, id);
  const inputs = sources.map((source) => sourceShape(source, id, shapes, ids));
  if (layer.inputs === 'one' && inputs.length !== 1) {
    throw new InputError(
      `${kind} "${id}" reads one node: got ${inputs.length}; join them with add or concat first`,
      id,
    );
  }
  if (layer.inputs === 'many' && inputs.length < 2) {
    throw new InputError(`${kind} "${id}" joins nodes: got ${inputs.length}; name two or more in "from"`, id);
  }
  try {
    const options = parseOptions(layer.options, given, `${kind} "${id}"`);
    const shape = layer.shape(inputs, options, words.activations);
    const params = layer.params?.(inputs, options, words.activations) ?? {};
    const joins = layer.role === 'pointwise' ? channelsOf(inputs[0]!) / channelsOf(shape) : 1;
    return { id, kind, from: sources, shape, options, params, layer, joins };
  } catch (error) {
    if (!(error instanceof InputError) || error.where === id) throw error;
    const message = error.message.includes(`"${id}"`) ? error.message : `${kind} "${id}": ${error.message}`;
    throw new InputError(message, id);
  }
}

function sourcesOf(from: unknown, id: string): string[] {
  if (typeof from === 'string') return [from];
  if (Array.isArray(from)) return [...from];
  throw new InputError(
    `bad from in node "${id}": ${JSON.stringify(from)}; use the id of an earlier node, or several as ["a", "b"]`,
    id,
  );
}

function sourceShape(source: unknown, id: string, shapes: ReadonlyMap<string, Shape>, ids: readonly string[]): Shape {
  const shape = typeof source === 'string' ? shapes.get(source) : undefined;
  if (shape) return shape;
  const earlier = [...shapes.keys()].join(', ');
  if (source === id || (typeof source === 'string' && ids.includes(source))) {
    const problem =
      source === id ? `node "${id}" reads itself` : `cycle: node "${id}" reads "${source}", which comes later`;
    throw new InputError(`${problem}; earlier nodes: ${earlier}`, id);
  }
  throw new InputError(`unknown source: ${JSON.stringify(source)} in node "${id}"; earlier nodes: ${earlier}`, id);
}

/** A node nobody reads is nearly always a forgotten `from`. */
function checkReached(nodes: readonly NetworkNode[]): void {
  const read = new Set(nodes.flatMap((node) => node.from));
  const unread = nodes.slice(0, -1).find((node) => !read.has(node.id));
  if (unread) {
    throw new InputError(
      `nothing reads node "${unread.id}"; name it in the "from" of a later node, or remove it (the last node is the output)`,
      unread.id,
    );
  }
}

function checkSize(nodes: readonly NetworkNode[]): void {
  for (const node of nodes) {
    for (const [name, { shape }] of [['output', node] as const, ...Object.entries(node.params)]) {
      const size = shape.reduce((product, n) => product * n, 1);
      if (size > MAX_NUMBERS) {
        throw new InputError(
          `too large: ${name} of "${node.id}" has ${describeShape(shape)} = ${size} numbers; use at most ${MAX_NUMBERS}`,
          node.id,
        );
      }
    }
  }
}

/** The node with this id; the message lists what there is. */
export function nodeOf(net: Network, id: string): NetworkNode {
  const node = net.nodes.find((candidate) => candidate.id === id);
  if (!node) {
    const known = net.nodes.map((candidate) => candidate.id).join(', ');
    throw new InputError(`unknown node: "${id}"; nodes: ${known}`);
  }
  return node;
}

/** Shape of a node's output, or of the input. */
export function shapeOf(net: Network, id: string): Shape {
  return id === INPUT ? net.input : nodeOf(net, id).shape;
}

/** Ids of the nodes that read each id. */
export function readersOf(net: Network): Map<string, string[]> {
  const readers = new Map<string, string[]>([
    [INPUT, []],
    ...net.nodes.map((node) => [node.id, []] as [string, string[]]),
  ]);
  for (const node of net.nodes) for (const source of node.from) readers.get(source)!.push(node.id);
  return readers;
}

/** Numbers that training changes. */
export function countParameters(net: Network): number {
  let count = 0;
  for (const node of net.nodes) {
    for (const spec of Object.values(node.params)) {
      if (spec.trainable) count += spec.shape.reduce((product, n) => product * n, 1);
    }
  }
  return count;
}
