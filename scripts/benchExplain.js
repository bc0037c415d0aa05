import { RESNET, resnetNodes, resnetPictures, resnetWeights } from './benchResnet.js';

/**
 * What is timed: its name, how many pictures the net sees in it (its own forward pass is one of as many), and on which tiers.
 * `naive` says whether there is a plain form to compare with, and how far its numbers may lie from ours: a
 * gradient jumps where rounding moves a ReLU across its kink, a relevance does not.
 */
export const TASKS = [
  { task: 'forward', count: 1, title: 'forward pass, 1 picture', tiers: ['wasm', 'cpu'], naive: 1e-3 },
  { task: 'forward', count: 64, title: 'forward pass, 64 pictures', tiers: ['wasm'], naive: 1e-3 },
  { task: 'lrp', count: 1, title: 'LRP, 1 picture', tiers: ['wasm', 'cpu'], naive: 1e-3 },
  { task: 'lrp', count: 64, title: 'LRP, 64 pictures', tiers: ['wasm'], naive: 1e-3 },
  { task: 'conditions', count: 1, title: '64 channel conditions', tiers: ['wasm'], naive: 1e-3 },
  { task: 'graph', count: 1, title: 'attribution graph [4, 2]', tiers: ['wasm'], naive: null },
  { task: 'references', count: 64, title: 'RelMax, 64 pictures', tiers: ['wasm'], naive: null },
  { task: 'erf', count: 32, title: 'ERF, 32 pictures', tiers: ['wasm'], naive: 0.02 },
  { task: 'integratedGradients', count: 20, title: 'integrated gradients, 20 steps', tiers: ['wasm'], naive: 0.02 },
];

/** The tasks in our own library; each returns its numbers, read back. */
export async function ownTasks(library, tier) {
  const { tf } = library;
  const started = await library.startEngine({ tier, selfCheck: false });
  if (started.tier !== tier) throw new Error(`${tier} does not start here`);
  const net = library.network(RESNET.shape, resnetNodes());
  const parameters = library.countParameters(net);
  if (parameters !== RESNET.parameters) throw new Error(`${parameters} parameters in place of ${RESNET.parameters}`);
  const model = library.build(net, { seed: 1 });
  model.write(resnetWeights());
  const composite = library.compositeFrom('epsilonPlusFlat');
  const rules = library.rulesFor(net, composite);
  const { last: at, target } = RESNET;
  const pictures = (count) => tf.tensor(resnetPictures(count), [count, ...RESNET.shape]);

  const read = async (tensor) => {
    const values = await tensor.data();
    tensor.dispose();
    return values;
  };
  /** Every map starts from the picture: a trace is made and freed inside the task. */
  const withTrace = (x, use) => async () => {
    const trace = library.traceOf(model, x, { rules });
    try {
      return await use(trace);
    } finally {
      trace.dispose();
    }
  };
  const mapOf = (trace, count) =>
    tf.tidy(() => {
      const mask = tf.oneHot(tf.fill([count], target, 'int32'), RESNET.classes);
      const { relevance } = library.walk(trace, {
        start: new Map([['logits', tf.mul(trace.value('logits'), mask)]]),
        note: (id, r) => (id === 'input' ? tf.sum(r, 3) : null),
      });
      return relevance.get('input');
    });

  return {
    forward: (count) => {
      const x = pictures(count);
      return () => read(tf.tidy(() => library.outputOf(model, library.forward(model, x))));
    },
    lrp: (count) => withTrace(pictures(count), (trace) => read(mapOf(trace, count))),
    conditions: () =>
      withTrace(pictures(1), async (trace) => (await library.channelMaps(trace, { at, classes: [target] })).maps),
    graph: () => {
      const among = net.nodes.filter(({ kind }) => kind === 'conv2d').map(({ id }) => id);
      const options = { start: { at, channel: 0 }, target, among, width: [4, 2] };
      return withTrace(pictures(1), async (trace) => {
        const { edges } = await library.conceptGraph(trace, options);
        return edges.map(({ relevance }) => relevance);
      });
    },
    references: (count) => {
      const labels = Int32Array.from({ length: count }, (_, i) => i % RESNET.classes);
      const samples = { inputs: resnetPictures(count), labels, count };
      const options = { nodes: [at], modes: ['relevance'], composite };
      return async () => {
        const values = [];
        for await (const { rankings } of library.findReferences(model, samples, options)) {
          values.push(rankings.get(at).relevance.top(0)[0].value);
        }
        return values;
      };
    },
    erf: (count) => {
      const x = pictures(count);
      return async () => (await library.erf.measure(model, x, { at: RESNET.fieldOf })).data.values;
    },
    integratedGradients: (steps) => {
      const x = pictures(1);
      const method = library.attributions.get('integratedGradients');
      return async () => (await method.explain(model, x, target, { steps, rule: 'midpoint', baseline: 'zero' })).map;
    },
  };
}
