import { InputError } from '../core/errors.ts';
import { grouped, quoted } from './wording.ts';

/** Fed piece by piece: a browser inflates a whole piece before it can be stopped, up to 1,032 times its size. */
const PIECE_BYTES = 16_384;
/** Above this size an inflated file may not be more than MAX_RATIO times its packed size. */
const RATIO_FROM_BYTES = 2 ** 20;
const MAX_RATIO = 200;

/** Is this gzip, by its content? */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Unpacks gzip; stops as soon as the result is larger than `maxBytes` or looks like a bomb. */
export async function gunzip(bytes: Uint8Array, fileName: string, maxBytes: number): Promise<Uint8Array> {
  const stream = new DecompressionStream('gzip');
  const reader = stream.readable.getReader();
  // Whatever fails while writing also fails the reading below, which reports it.
  const feeding = feed(stream.writable.getWriter(), bytes).catch(() => undefined);
  const limit = Math.min(maxBytes, Math.max(RATIO_FROM_BYTES, MAX_RATIO * bytes.length));
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > limit) throw tooLarge(fileName, bytes.length, limit, maxBytes);
      pieces.push(value);
    }
    await feeding;
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    if (error instanceof InputError) throw error;
    // Engines stop at different bytes of a damaged file, so no offset is named.
    const found = `${quoted(fileName)} (${grouped(bytes.length)} bytes)`;
    throw new InputError(`damaged gzip file: ${found} does not unpack to its end; download it again`, fileName);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

async function feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    await writer.ready;
    await writer.write(bytes.slice(at, at + PIECE_BYTES));
  }
  await writer.close();
}

function tooLarge(fileName: string, packed: number, limit: number, maxBytes: number): InputError {
  const problem = `gzip file too large: ${quoted(fileName)} unpacks to more than ${grouped(limit)} bytes`;
  return limit === maxBytes
    ? new InputError(`${problem}; use a smaller file`, fileName)
    : new InputError(
        `${problem}, over ${MAX_RATIO} times its ${grouped(packed)}; unpack it yourself if you trust it`,
        fileName,
      );
}
