import { mean, percent } from '../table.js';
import { looksAtMark } from './maps.js';
import { NET, RANKED_FACTOR, TOP } from './plan.js';
import { markedChannels, rankedNets } from './report.js';
import { mapAddress, outlinePath, pictureAddress } from './tiles.js';

/** Pictures of the data set, [height, width]. */
const SIZE = [32, 32];
const TILE = 96;
const STEP = TILE + 12;
const MARGIN = 28;
const BETWEEN = 36;
const GROUP = TOP * STEP + TILE;
const LEFT = [0, 1].map((k) => MARGIN + TILE + BETWEEN + k * (GROUP + BETWEEN));
const WIDTH = LEFT[1] + GROUP + MARGIN;
const ROWS = 172;
const ROW = TILE + 90;

const STYLE = `
  text { font: 12px -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif; fill: #1d1f23; }
  .title { font: 24px Charter, Georgia, Cambria, 'Noto Serif', 'Liberation Serif', serif; }
  .lead { font-size: 14px; }
  .head { font-size: 14px; font-weight: 600; }
  .quiet { fill: #65686e; }
  .seen { fill: #0b62d6; font-weight: 600; }
  image { image-rendering: pixelated; }
  .line { fill: none; stroke: #e3e0d8; }
  .figure { fill: none; stroke: #1d1f23; stroke-opacity: 0.5; stroke-width: 0.2; }
  .mark { fill: none; stroke: #0b62d6; stroke-width: 0.4; }`;

/** One held-out picture of each class, read by both nets of the first seed: an SVG drawing. */
export function picture(results, made) {
  const all = rankedNets(results);
  const nets = all.map(({ name, ranked }) => ({ name, ...ranked[0] }));
  const [{ classes, seed, ranked }] = nets;
  const bottom = ROWS + ranked.drawn.length * ROW;
  const height = bottom + 70;
  const title = 'Does the concept ranking expose a net that reads the mark?';
  const lead = `The class is the ${RANKED_FACTOR}. In training, the mark in a corner (framed blue) was drawn by chance, or it told the class.`;
  const found = `Over all seeds and pictures, ${all.map(foundIn).join('; ')}.`;
  const footer = [
    'Red speaks for the class of the picture, blue against it; every map has a scale of its own. Below the maps: share of the relevance of all channels, and how much of what',
    `is red lies on the mark and on the figure (outlined with the other shapes it could have). Blue numbers: more on the mark than on the figure.`,
    `Seed ${seed}, ${NET} on concepts, last convolution, epsilonPlusFlat; the first held-out picture of each class. ${made}.`,
  ];
  const parts = [
    text(MARGIN, 46, title, 'title'),
    text(MARGIN, 74, lead, 'lead'),
    text(MARGIN, 95, found, 'lead'),
    ...ranked.drawn.map((sample, row) => sampleAt(MARGIN, ROWS + row * ROW, sample, classes)),
    ...nets.flatMap((net, k) => [
      headAt(LEFT[k], net),
      ...net.ranked.drawn.map((sample, row) => mapsAt(LEFT[k], ROWS + row * ROW, sample, classes)),
    ]),
    ...footer.map((line, i) => text(MARGIN, bottom + 8 + 18 * i, line, 'quiet')),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${title}</title>
<desc>${lead} ${found}</desc>
<style>${STYLE}
</style>
<rect width="${WIDTH}" height="${height}" fill="#fbfaf7"/>
${parts.join('\n')}
</svg>
`;
}

function foundIn({ name, ranked }) {
  const k = mean(ranked.map((result) => markedChannels(result.ranked)));
  return `${name}: ${k.toFixed(1)} of the top ${TOP} channels look at it`;
}

const text = (x, y, words, style = '') => `<text x="${x}" y="${y}" class="${style}">${words}</text>`;

function headAt(x, { name, classes, ranked }) {
  const { ownMark, chanceMark, saidToNoMark } = ranked;
  const most = Math.max(...saidToNoMark);
  const said = `${classes[saidToNoMark.indexOf(most)]} ${percent(most)}`;
  const right = `right with own mark ${percent(ownMark)}, by chance ${percent(chanceMark)}`;
  return [
    text(x, 130, `In training, ${name}`, 'head'),
    text(x, 150, `${right}; without one says ${said}`, 'quiet'),
    `<path class="line" d="M${x} 160h${GROUP}"/>`,
  ].join('\n');
}

function sampleAt(x, y, { input, label, box, figure }, classes) {
  const tile = tileAt(x, y + 20, pictureAddress(input, SIZE), { box, figure });
  return `${tile}\n${text(x, y + TILE + 38, classes[label], 'head')}`;
}

/** What one net says to one picture: its answers, the whole map, the foremost channels. */
function mapsAt(x, y, { answer, answerToOther, whole, channels, box, figure }, classes) {
  const said = ({ class: target, probability }) => `${classes[target]} ${percent(probability)}`;
  const maps = [
    { ...whole, name: 'whole map' },
    ...channels.map((one) => ({ ...one, name: `channel ${one.channel}: ${percent(one.share)}` })),
  ];
  return [
    text(x, y + 12, `says ${said(answer)}; with another mark ${said(answerToOther)}`),
    ...maps.flatMap(({ map, name, ...place }, k) => [
      tileAt(x + k * STEP, y + 20, mapAddress(map, SIZE), { box, figure }),
      text(x + k * STEP, y + TILE + 36, name),
      text(x + k * STEP, y + TILE + 52, `mark ${percent(place.onMark)}`, looksAtMark(place) ? 'seen' : 'quiet'),
      text(x + k * STEP, y + TILE + 67, `figure ${percent(place.onFigure)}`, 'quiet'),
    ]),
  ].join('\n');
}

function tileAt(x, y, address, { box, figure }) {
  const [height, width] = SIZE;
  return [
    `<image x="${x}" y="${y}" width="${TILE}" height="${TILE}" href="${address}"/>`,
    `<g transform="translate(${x} ${y}) scale(${TILE / width} ${TILE / height})">`,
    `<path class="figure" d="${outlinePath(figure, SIZE)}"/>`,
    `<rect class="mark" x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}"/>`,
    '</g>',
    `<rect class="line" x="${x}" y="${y}" width="${TILE}" height="${TILE}"/>`,
  ].join('');
}
