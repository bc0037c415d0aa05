import { InputError, parseIdx, random } from '#src';
import { expect, test } from 'vitest';

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** 20 images of 9 × 9, uint8. */
function images(): Uint8Array<ArrayBuffer> {
  const dice = random(1);
  const values = Array.from({ length: 20 * 81 }, () => dice.integer(256));
  return Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 9, 0, 0, 0, 9, ...values);
}

test('the browser unpacks what gzip packed', async () => {
  const { shape, data } = await parseIdx(await gzip(images()), 'f');
  expect(shape).toEqual([20, 9, 9]);
  expect([...data]).toEqual([...images().subarray(16)]);
});

test('the browser refuses half a gzip file and a bomb in the words Node uses', async () => {
  const half = (await gzip(images())).subarray(0, 700);
  await expect(parseIdx(half, 'f')).rejects.toMatchObject({
    name: 'InputError',
    message: 'damaged gzip file: "f" (700 bytes) does not unpack to its end; download it again',
  });
  const bomb = await gzip(new Uint8Array(50_000_000));
  const start = performance.now();
  await expect(parseIdx(bomb, 'f')).rejects.toThrow('gzip file too large: "f" unpacks to more than');
  expect(performance.now() - start).toBeLessThan(2000);
});

test('200 damaged files are each read or refused in the browser', async () => {
  const dice = random(2, 'idx mutations');
  const seeds = [images(), await gzip(images())];
  for (let k = 0; k < 200; k++) {
    let bytes = seeds[k % 2]!.slice();
    if (dice.uniform() < 0.3) bytes = bytes.slice(0, dice.integer(bytes.length));
    for (let edits = 1 + dice.integer(8); edits > 0 && bytes.length > 0; edits--) {
      bytes[dice.integer(dice.uniform() < 0.5 ? Math.min(20, bytes.length) : bytes.length)] = dice.integer(256);
    }
    const outcome: unknown = await parseIdx(bytes, 'f').catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(InputError);
  }
});
