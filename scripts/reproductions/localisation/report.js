import { mean, percent, spreadText, tableLines } from '../table.js';
import { looksAtMark } from './maps.js';
import { FACTORS, LEARNED, METHODS, METRICS, RANKED_FACTOR, TOP } from './plan.js';

/** First part: scores of the methods, a table for each factor. */
export function localisationLines(results) {
  const honest = results.filter(({ localised }) => localised !== null);
  return [
    '',
    '1. Do maps lie where the class is decided?',
    'Marks by chance, held-out pictures that the net answers right; the answer is the class explained. Mean over pictures,',
    'then over seeds: mean, least to most. Mass accuracy: share of the positive part inside the mask of the deciding factor.',
    ...FACTORS.flatMap((factor) =>
      factorLines(
        factor,
        honest.filter((result) => result.factor === factor),
      ),
    ),
  ];
}

function factorLines(factor, results) {
  const pictures = results.map(({ localised }) => localised.pictures);
  const scores = (m, k) => results.map(({ localised }) => localised.scores[m][k]);
  const unscored = (m) => results.reduce((sum, { localised }) => sum + localised.unscored[m], 0);
  const rows = METHODS.map(({ name }, m) => [
    name,
    ...METRICS.map((_, k) => spreadText(scores(m, k))),
    String(unscored(m)),
  ]);
  const area = results.map(({ localised }) => localised.area);
  const count = pictures.reduce((sum, n) => sum + n, 0);
  return [
    '',
    `${factor}: ${counted(results.length, 'seed')}, ${counted(count, 'picture')}; held-out accuracy by seed: ${accuracies(results)}`,
    ...tableLines([
      ['', ...METRICS.map(({ name }) => name), 'nothing positive'],
      ...rows,
      ['even map (area of the mask)', spreadText(area), '', '', ''],
    ]),
    `highest mass accuracy: ${winners(results)}`,
  ];
}

const counted = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;

function accuracies(results) {
  const all = results.map(({ accuracy }) => percent(accuracy, 1)).join(', ');
  const low = results.filter(({ accuracy }) => accuracy < LEARNED).length;
  return low === 0 ? all : `${all}; ${low} below ${percent(LEARNED)}: not learned, counted all the same`;
}

/** Which methods have the highest mass accuracy, and for how many seeds. */
export function winners(results) {
  const best = results.map(({ localised }) => {
    const mass = localised.scores.map(([score]) => score ?? -Infinity);
    return METHODS[mass.indexOf(Math.max(...mass))].name;
  });
  return METHODS.map(({ name }) => ({ name, seeds: best.filter((other) => other === name).length }))
    .filter(({ seeds }) => seeds > 0)
    .sort((a, b) => b.seeds - a.seeds)
    .map(({ name, seeds }) => `${name} for ${seeds} of ${results.length} seeds`)
    .join(', ');
}

/**
 * How many of the foremost channels look at the mark: mean over pictures, all of a net or those of one class.
 * @param {{ explained: import('./rank.js').Explained[] }} ranked
 * @param {number | null} label
 */
export function markedChannels({ explained }, label = null) {
  const counted = explained.filter((one) => label === null || one.label === label);
  return mean(counted.map(({ channels }) => channels.filter(looksAtMark).length));
}

/** The nets with a ranking, by how the marks of their training pictures were drawn. */
export function rankedNets(results) {
  return [
    { name: 'marks by chance', correlation: 0 },
    { name: 'mark tells the class', correlation: 1 },
  ].map(({ name, correlation }) => ({
    name,
    ranked: results.filter((result) => result.ranked !== null && result.correlation === correlation),
  }));
}

/** Second part: what a net does that can read the mark, and what its concept ranking shows. */
export function rankingLines(results) {
  const nets = rankedNets(results);
  const [{ classes }] = nets[0].ranked;
  const columns = ['own mark', 'mark by chance', 'no mark', 'said to no mark', `of top ${TOP}`, classes.join(' / ')];
  return [
    '',
    '2. Does the concept ranking expose a net that reads the mark?',
    `Deciding factor: ${RANKED_FACTOR}. Held-out pictures right with the mark of their class, with one drawn by chance, and with paper`,
    `in its place; what is said most without a mark; how many of the top ${TOP} channels look at the mark, in all and by class.`,
    '',
    ...tableLines([
      ['in training', 'seed', ...columns],
      ...nets.flatMap(({ name, ranked }) => ranked.map((result) => seedRow(name, result))),
    ]),
    '',
    'Channels of the last convolution, ranked by relevance for the class on pictures with the mark of their class, answered',
    'right: share of the relevance of all channels, and where the positive part of the map lies, on the mark (its 5 x 5',
    'pixels) or on the figure (the mask with its core). A channel looks at the mark if more lies there than on the figure.',
    '',
    ...tableLines([
      ['in training', 'map', 'share of relevance', 'on the mark', 'on the figure'],
      ...nets.flatMap(({ name, ranked }) => placeRows(name, ranked)),
    ]),
    '',
    ...nets.map(({ name, ranked }) => {
      const k = spreadText(ranked.map((result) => markedChannels(result.ranked)));
      const pictures = ranked.reduce((sum, result) => sum + result.ranked.explained.length, 0);
      return `${name}: ${k} of the top ${TOP} channels look at the mark (${counted(ranked.length, 'seed')}, ${counted(pictures, 'picture')})`;
    }),
    absenceLine(nets[1]),
  ];
}

function seedRow(name, { seed, classes, ranked }) {
  const { ownMark, chanceMark, noMark, saidToNoMark } = ranked;
  const most = Math.max(...saidToNoMark);
  const count = (label) => markedChannels(ranked, label)?.toFixed(2) ?? '-';
  return [
    name,
    String(seed),
    ...[ownMark, chanceMark, noMark].map((share) => percent(share, 1)),
    `${classes[saidToNoMark.indexOf(most)]} ${percent(most)}`,
    count(null),
    classes.map((_, label) => count(label)).join(' / '),
  ];
}

/** For how many nets that read the mark the class with fewest channels on it is the one said to a picture without a mark. */
function absenceLine({ name, ranked }) {
  const lowest = (values) => values.indexOf(Math.min(...values));
  const highest = (values) => values.indexOf(Math.max(...values));
  const alike = ranked.filter(({ classes, ranked: found }) => {
    const channels = classes.map((_, label) => markedChannels(found, label) ?? Infinity);
    return lowest(channels) === highest(found.saidToNoMark);
  });
  return `${name}: in ${alike.length} of ${ranked.length} nets the class with fewest of them is the one said when there is no mark at all`;
}

/** The whole map and each place of the ranking: means over pictures, then spread over seeds. */
function placeRows(name, results) {
  const places = [
    { map: 'whole', of: ({ whole }) => whole },
    ...Array.from({ length: TOP }, (_, k) => ({ map: `channel no. ${k + 1}`, of: ({ channels }) => channels[k] })),
  ];
  return places.map(({ map, of }) => {
    const over = (key) => spreadText(results.map(({ ranked }) => mean(ranked.explained.map((one) => of(one)[key]))));
    return [name, map, over('share'), over('onMark'), over('onFigure')];
  });
}
