import type { LoadedDataset } from './dataset.ts';

/**
 * Sixteen hexadecimal digits that tell data sets apart, for links and records: of the shape, the inputs and the labels,
 * bit for bit, not of names or masks. Good against accidents, not against forgery.
 */
export function datasetDigest({ shape, train, test }: LoadedDataset): string {
  const parts: Uint32Array[] = [Uint32Array.of(shape.length, ...shape, train.count, test.count)];
  for (const { inputs, labels } of [train, test]) parts.push(words(inputs), words(labels));
  return [0x9747b28c, 0x3c6ef372].map((seed) => murmur3(parts, seed).toString(16).padStart(8, '0')).join('');
}

/** The same memory, read as 32-bit words; the values do not depend on the byte order of the machine. */
const words = ({ buffer, byteOffset, length }: Float32Array | Int32Array) =>
  new Uint32Array(buffer, byteOffset, length);

/** MurmurHash3 for 32 bits (Appleby, 2011), which takes whole words as they come. */
function murmur3(parts: readonly Uint32Array[], seed: number): number {
  let hash = seed;
  let length = 0;
  for (const part of parts) {
    length += part.length;
    for (let i = 0; i < part.length; i++) {
      const k = Math.imul(part[i]!, 0xcc9e2d51);
      hash ^= Math.imul((k << 15) | (k >>> 17), 0x1b873593);
      hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
  }
  hash ^= length * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
