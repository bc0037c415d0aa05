import { boxMask, changedBox, filledRows, positiveShare, withoutBox } from './maps.js';
import { accuracyOf, answersOf, withPicture } from './net.js';
import { TOP } from './plan.js';

/**
 * Where a map lies: its share of the relevance, and shares of its positive part; null where nothing is positive.
 * @typedef {{ share: number, onMark: number | null, onFigure: number | null }} Place
 * @typedef {{ channel: number, map: Float32Array } & Place} ChannelMap
 * @typedef {{ label: number, whole: Place, channels: Place[] }} Explained
 * @typedef {object} Drawn
 * @property {number} label
 * @property {Float32Array} input
 * @property {{ map: Float32Array } & Place} whole
 * @property {ChannelMap[]} channels
 * @property {{ class: number, probability: number }} answer
 * @property {{ class: number, probability: number }} answerToOther
 */

/**
 * The concept ranking of the last convolution on held-out pictures that carry the mark of their class. Where the mark is,
 * the same picture tells that differs in nothing but the mark, drawn by chance; where chance drew the same mark again the
 * picture is passed over.
 */
export async function rank(library, model, load, pictures) {
  const own = await load({ correlation: 1, samples: 1 });
  const other = await load({ correlation: 1, samples: 1, testDistractor: 'random' });
  const { labels } = own.test;
  const boxes = Array.from(labels, (_, i) => changedBox(pictureOf(own, i), pictureOf(other, i), own.shape));
  const usable = [...labels.keys()].filter((i) => boxes[i] !== null);
  const answers = await answersOf(library, model, own.test.inputs);
  const answersToOther = await answersOf(library, model, other.test.inputs);
  const bare = usable.map((i) => withoutBox(pictureOf(own, i), boxes[i], own.shape));
  const answersToBare = await answersOf(library, model, Float32Array.from(bare.flatMap((picture) => [...picture])));

  /** @type {Explained[]} */
  const explained = [];
  for (const i of usable.filter((k) => answers[k].class === labels[k]).slice(0, pictures)) {
    const { label, whole, channels } = await argue(library, model, own, i, boxes[i]);
    explained.push({ label, whole: sharesOf(whole), channels: channels.map(sharesOf) });
  }
  /** @type {Drawn[]} */
  const drawn = [];
  for (const label of own.classes.keys()) {
    const i = usable.find((k) => labels[k] === label);
    const found = await argue(library, model, own, i, boxes[i]);
    drawn.push({ ...found, input: pictureOf(own, i).slice(), answer: answers[i], answerToOther: answersToOther[i] });
  }
  return {
    ownMark: accuracyOf(answers, labels),
    chanceMark: accuracyOf(answersToOther, labels),
    noMark: accuracyOf(
      answersToBare,
      usable.map((i) => labels[i]),
    ),
    saidToNoMark: own.classes.map((_, k) => accuracyOf(answersToBare, new Array(usable.length).fill(k))),
    explained,
    drawn,
  };
}

function pictureOf({ test, shape }, i) {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  return test.inputs.subarray(i * size, (i + 1) * size);
}

const sharesOf = ({ share, onMark, onFigure }) => ({ share, onMark, onFigure });

/** One picture: its whole map, and the channels that argue most for its class, each with where its map lies. */
function argue(library, model, data, i, box) {
  const { absNormalized, attributions, instruments, stages } = library;
  const [height, width] = data.shape;
  const { output: at, shape } = stages(model.network).findLast((stage) => stage.shape.length === 3);
  return withPicture(library, data, i, async ({ x, label, mask }) => {
    const mark = boxMask(box, data.shape);
    const figure = filledRows(mask, width);
    const placed = (map) => ({ map, onMark: positiveShare(map, mark), onFigure: positiveShare(map, figure) });
    const { map } = await attributions.get('epsilonPlusFlat').explain(model, x, label);
    const { data: found } = await instruments.get('concepts').measure(model, x, { at, class: label, count: shape[2] });
    const shares = absNormalized(found.relevance);
    const channels = [...found.order.subarray(0, TOP)].map((channel) => {
      const start = found.shown.indexOf(channel) * height * width;
      return { channel, share: shares[channel], ...placed(found.maps.slice(start, start + height * width)) };
    });
    return { label, box, figure, whole: { share: 1, ...placed(map) }, channels };
  });
}
