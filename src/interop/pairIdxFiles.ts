import { InputError } from '../core/errors.ts';
import type { IdxArray } from './idx.ts';
import { grouped, quoted } from './wording.ts';

/** A parsed file with the name it was dropped under. */
export interface IdxFile extends IdxArray {
  readonly name: string;
}

/** Images and the labels that belong to them, one label per image. */
export interface IdxPair {
  readonly images: IdxFile;
  readonly labels: IdxFile;
}

/**
 * Brings images and labels together: by what their names have in common, then by count. The order of the files plays no
 * part. Every file must find its partner.
 */
export function pairIdxFiles(files: readonly IdxFile[]): IdxPair[] {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const waiting = new Set(sorted.filter(isLabels));
  const pairs: IdxPair[] = [];
  const alone: IdxFile[] = [];

  const join = (images: IdxFile, matches: (labels: IdxFile) => boolean): boolean => {
    const labels = [...waiting].find(matches);
    if (!labels) return false;
    waiting.delete(labels);
    pairs.push({ images, labels });
    return true;
  };
  for (const images of sorted.filter((file) => !isLabels(file))) {
    if (!join(images, ({ name }) => stem(name) === stem(images.name))) alone.push(images);
  }
  const left = alone.filter((images) => !join(images, (labels) => labels.shape[0] === images.shape[0]));

  const [images] = left;
  const [labels] = waiting;
  if (images && labels) throw countsDiffer({ images, labels });
  if (images) throw missing('labels', images, ['images', 'labels', 'idx3', 'idx1']);
  if (labels) throw missing('images', labels, ['labels', 'images', 'idx1', 'idx3']);
  for (const pair of pairs) if (pair.images.shape[0] !== pair.labels.shape[0]) throw countsDiffer(pair);
  return pairs;
}

const isLabels = ({ shape }: IdxFile): boolean => shape.length === 1;

/** What is left of a name without the words that tell images from labels: "train", "t10k", "emnistletterstest". */
const stem = (name: string): string => name.toLowerCase().replace(/images?|labels?|idx\d|ubyte|\.gz$|[^a-z0-9]/g, '');

function countsDiffer({ images, labels }: IdxPair): InputError {
  const inFile = ({ name, shape }: IdxFile) => `${grouped(shape[0]!)} in ${quoted(name)}`;
  const found = `${inFile(images)}, ${inFile(labels)}`;
  return new InputError(`image and label counts differ: ${found}; drop the labels of these images`, labels.name);
}

/** Names the companion by the custom of the MNIST files, when the name at hand follows it. */
function missing(what: string, { name, shape }: IdxFile, [from, to, rank, otherRank]: readonly string[]): InputError {
  const companion = name.replace(from!, to!).replace(rank!, otherRank!);
  const wayOut = companion === name ? `drop the ${what} file too` : `drop ${companion.slice(0, 200)} too`;
  const count = `${what} for ${grouped(shape[0]!)} ${from} are missing`;
  return new InputError(`${count}: ${quoted(name)} is alone; ${wayOut}`, name);
}
