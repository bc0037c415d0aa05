/** What a file is, by its first bytes, and how to get from there to what was wanted. */
export interface Recognised {
  readonly what: string;
  readonly wayOut: string;
}

const SAVE_THE_FILE = 'save the file itself, not the page that shows it';
const OTHER_FORMAT = 'use IDX files such as train-images-idx3-ubyte and train-labels-idx1-ubyte, plain or .gz';

/** Openings of text files, tried in order on the first characters without leading blanks. */
const textOpenings: readonly (readonly [RegExp, string, string])[] = [
  [/^version https:\/\/git-lfs\./, 'a Git LFS pointer', 'fetch the real file with "git lfs pull"'],
  [/^<(!doctype html|html|head|body|script|title)/i, 'a web page', SAVE_THE_FILE],
  [/^<\?xml|^<[a-z!]/i, 'an XML file', OTHER_FORMAT],
  [/^[{[]/, 'a JSON file', OTHER_FORMAT],
];

const binaryOpenings: readonly (readonly [string, string, string])[] = [
  ['PK\x03\x04', 'a zip archive', 'unpack it and drop what is inside'],
  ['\x1f\x8b', 'a gzip file', 'unpack it first'],
  ['\x93NUMPY', 'a NumPy array', OTHER_FORMAT],
  ['\x89HDF\r\n\x1a\n', 'an HDF5 file', OTHER_FORMAT],
  ['\x89PNG', 'a PNG picture', OTHER_FORMAT],
  ['\xff\xd8\xff', 'a JPEG picture', OTHER_FORMAT],
  ['GIF8', 'a GIF picture', OTHER_FORMAT],
  ['%PDF', 'a PDF document', OTHER_FORMAT],
];

/** Recognises what people drop by mistake; undefined when the bytes say nothing. Names are not looked at. */
export function recogniseFile(bytes: Uint8Array): Recognised | undefined {
  if (bytes.length === 0) return { what: 'empty', wayOut: 'download it again' };
  const head = String.fromCharCode(...bytes.subarray(0, 256));
  for (const [opening, what, wayOut] of binaryOpenings) if (head.startsWith(opening)) return { what, wayOut };
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  for (const [opening, what, wayOut] of textOpenings) if (opening.test(text)) return { what, wayOut };
  // Printable bytes and line ends only; bytes above 127 may be letters in UTF-8.
  if (/^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(head)) return { what: 'a text file', wayOut: OTHER_FORMAT };
  return undefined;
}
