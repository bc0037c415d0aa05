import { cos, sin } from '../core/elementary.ts';
import { choice, real } from '../core/options.ts';
import type { Random } from '../core/random.ts';
import { sampleCounts } from './dataset.ts';
import { defineDataset } from './defineDataset.ts';
import { type Colour, colours } from './figures/colours.ts';
import { drawFigure, type FigurePlace } from './figures/drawFigure.ts';
import { MARK_SIDE, marks } from './figures/marks.ts';
import { EDGE, REACH, shapes } from './figures/shapes.ts';
import { PERIOD, textures } from './figures/textures.ts';

const SIDE = 32;
/** Values of each factor, and kinds of marks. */
const KINDS = 4;
/** Pixels between a mark and the two edges it lies at. */
const MARGIN = 1;
const INK = 0.12;
/** Smallest change that counts for the mask: one step of a picture with 8 bits per channel. */
const STEP = 1 / 255;

const factors = { shape: shapes, colour: colours, texture: textures } as const;
type Factor = keyof typeof factors;
const namesOf = (factor: Factor) => factors[factor].map(({ name }) => name);

/**
 * Pictures with a known answer. A figure stands somewhere in the picture; its shape, colour and texture are drawn
 * independently, four values each, and `factor` names the one that decides the class. Shapes have equal areas and
 * textures equal mean lightness, so that neither can be read from the mean colour.
 *
 * The distractor is a small ink mark of 5 x 5 pixels, one pixel away from a corner. With probability `correlation` it is
 * the mark of the class, else any of the four by chance, so `correlation` is also Cramer's V of mark and class. At 0 the
 * mark is there and tells nothing. The held-out pictures are made like the training pictures unless `testDistractor` is
 * 'random': a net that reads the mark then fails on them, as Clever Hans did (Lapuschkin et al., "Unmasking Clever Hans
 * predictors and assessing what machines really learn", 2019).
 *
 * The mask is the answer: 1 for each pixel that would differ by more than 1/255 in any channel, before noise, if the
 * deciding factor, and nothing else, took one of its other values. For colour that is the figure, and for texture all but
 * a rare pixel of it. For shape it is what some of the four shapes at that place would cover but not all of them: the
 * ground around the figure counts, its core does not. The mark is never in the mask.
 */
export const concepts = defineDataset({
  id: 'concepts',
  title: 'Painted figures',
  summary:
    'Shape, colour and texture vary independently and one of them decides; a mark in a corner can give the class away.',
  source: 'own drawing: a figure on paper, and a mark in a corner that tells the class as often as asked for',
  shape: [SIDE, SIDE, 3],
  classes: namesOf('shape'),
  classesFor: ({ factor }) => namesOf(factor),
  units: 'red, green and blue, 0 to 1',
  options: {
    ...sampleCounts(3000, 500),
    factor: choice<Factor>('shape', ['shape', 'colour', 'texture'], 'what decides the class'),
    correlation: real(0, 'how often the mark in the corner is that of the class, 0 only by chance, 1 always', 0, 1),
    testDistractor: choice('same', ['same', 'random'], 'marks of held-out pictures: as in training, or by chance'),
    noise: real(0.06, 'grain of paper and paint', 0, 0.5),
  },
  hasMasks: true,
  sample(index, input, random, { factor, correlation, testDistractor, noise }, { split, mask }) {
    const label = index % KINDS;
    // How many numbers are drawn does not depend on the class: another class changes the deciding factor and no more.
    const values = { shape: random.integer(KINDS), colour: random.integer(KINDS), texture: random.integer(KINDS) };
    const corner = random.integer(4);
    const place = placeFigure(random, corner);
    const shade = shadeOf(random);
    const paper = 0.84 + 0.12 * random.uniform();
    const draw = (picture: Float32Array, value: number) => {
      const { shape, texture, colour }: Record<Factor, number> = { ...values, [factor]: value };
      drawFigure(picture.fill(paper), SIDE, place, { shape, texture, colour: shade(colours[colour]!.rgb) });
    };

    draw(input, label);
    const other = new Float32Array(input.length);
    for (let value = 0; value < KINDS; value++) {
      if (value === label) continue;
      draw(other, value);
      markChanges(mask, input, other);
    }

    const certainty = split === 'test' && testDistractor === 'random' ? 0 : correlation;
    const isTold = random.uniform() < certainty;
    const chance = random.integer(KINDS);
    drawMark(input, corner, isTold ? label : chance);
    addGrain(input, random, noise);
    return label;
  },
});

/** First row or column of the mark: even corners are left, the first two are at the top. */
const markStart = (isFar: boolean): number => (isFar ? SIDE - MARGIN - MARK_SIDE : MARGIN);
const markColumn = (corner: number) => markStart(corner % 2 === 1);
const markRow = (corner: number) => markStart(corner >= 2);

/** A place where every shape stays on the paper and off the mark. */
function placeFigure(random: Random, corner: number): FigurePlace {
  const radius = 5.5 + 2.4 * random.uniform();
  const reach = REACH * radius + EDGE;
  const angle = 0.7 * (random.uniform() - 0.5);
  const [u, v] = [PERIOD * random.uniform(), PERIOD * random.uniform()];
  const beyond = (at: number, start: number) => Math.max(0, start - at, at - start - MARK_SIDE);
  for (;;) {
    const x = reach + (SIDE - 2 * reach) * random.uniform();
    const y = reach + (SIDE - 2 * reach) * random.uniform();
    const [dx, dy] = [beyond(x, markColumn(corner)), beyond(y, markRow(corner))];
    if (dx * dx + dy * dy > reach * reach) return { x, y, radius, cosine: cos(angle), sine: sin(angle), u, v };
  }
}

/** One light for all colours of a picture: darker or brighter, and a little off white. */
function shadeOf(random: Random): (rgb: Colour) => Colour {
  const light = 0.82 + 0.18 * random.uniform();
  const [r, g, b] = [0, 1, 2].map(() => light * (1 + 0.08 * (random.uniform() - 0.5))) as [number, number, number];
  return (rgb) => [r * rgb[0], g * rgb[1], b * rgb[2]];
}

/** Sets the mask where two drawings differ. */
function markChanges(mask: Uint8Array, a: Float32Array, b: Float32Array): void {
  for (let i = 0; i < a.length; i++) if (Math.abs(a[i]! - b[i]!) > STEP) mask[Math.floor(i / 3)] = 1;
}

function drawMark(picture: Float32Array, corner: number, kind: number): void {
  marks[kind]!.forEach((isInk, i) => {
    if (!isInk) return;
    const row = markRow(corner) + Math.floor(i / MARK_SIDE);
    const at = 3 * (row * SIDE + markColumn(corner) + (i % MARK_SIDE));
    picture.fill(INK, at, at + 3);
  });
}

/** Specks in every channel, kept within 0 to 1. */
function addGrain(picture: Float32Array, random: Random, noise: number): void {
  if (noise === 0) return;
  for (let i = 0; i < picture.length; i++) {
    picture[i] = Math.max(0, Math.min(1, picture[i]! + noise * (2 * random.uniform() - 1)));
  }
}
