import { presets, type DataSummary, type NetworkJSON, type Preset } from '#src';

/** A stored network from its parts. */
export function networkFor(input: readonly number[], nodes: NetworkJSON['nodes']): NetworkJSON {
  return { format: 'neuroloupe-network', version: 1, input, nodes };
}

/** The one activation of a net's `activate` nodes; null when there are several, or none. */
export function activationOf({ nodes }: NetworkJSON): string | null {
  const used = new Set(nodes.filter(({ kind }) => kind === 'activate').map(({ fn }) => String(fn ?? 'relu')));
  return used.size === 1 ? [...used][0]! : null;
}

/** The same net with another activation everywhere. Settings of the old one go with it. */
export function withActivation(net: NetworkJSON, fn: string): NetworkJSON {
  const renamed = new Map<string, string>();
  const nodes = net.nodes.map((node) => {
    if (node.kind !== 'activate') return node;
    const { start: _start, ...rest } = node;
    // "conv1.relu" names its function; the name follows.
    const id = node.id?.endsWith(`.${String(node.fn)}`) ? `${node.id.slice(0, -String(node.fn).length)}${fn}` : node.id;
    if (node.id && id) renamed.set(node.id, id);
    return { ...rest, fn, ...(id ? { id } : {}) };
  });
  const follow = (source: string) => renamed.get(source) ?? source;
  return {
    ...net,
    nodes: nodes.map((node) => {
      if (node.from === undefined) return node;
      return { ...node, from: typeof node.from === 'string' ? follow(node.from) : node.from.map(follow) };
    }),
  };
}

/** JSON as a person would write it: one node per line. */
export function prettyNetwork({ input, nodes }: NetworkJSON): string {
  const lines = nodes.map(
    (node) =>
      `    ${JSON.stringify(node)
        .replace(/([{,:])(?=\S)/g, '$1 ')
        .replace(/}$/, ' }')}`,
  );
  return `{\n  "input": [${input.join(', ')}],\n  "nodes": [\n${lines.join(',\n')}\n  ]\n}`;
}

/** The wanted preset if it fits the data, else the first choice among those that do. */
export function presetFor({ shape, title }: DataSummary, wanted: string | undefined): Preset {
  const fitting = [...presets].filter((preset) => preset.fits(shape));
  const preset =
    fitting.find(({ id }) => id === wanted) ?? fitting.find(({ isFirstChoice }) => isFirstChoice) ?? fitting[0];
  if (preset) return preset;
  const found = `samples of ${shape.join(' × ')} in "${title}"`;
  throw new Error(`no preset fits ${found}; use images of 8 × 8 pixels or more, or plain numbers`);
}
