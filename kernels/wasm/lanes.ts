import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { lanesBinary } from './lanesBinary.ts';

/** Samples that lie side by side: the program of lanes.wat works on rows of so many numbers. */
const LANES = 32;
const ROW_BYTES = 4 * LANES;
/** Memory a job may take beside its tensors. */
const MOST_BYTES = 64 * 2 ** 20;

interface Program {
  turn(from: number, rows: number, columns: number, to: number): void;
  rowBits(rows: number, positions: number, channels: number, bits: number): void;
  gather(...numbers: number[]): void;
  sum(...numbers: number[]): void;
}

/** Sizes of a sum over taps, and where its numbers lie: addresses of float32, row-major. */
interface Job {
  /** [samples, places, filters] */
  readonly dy: number;
  /** [taps, channels, filters] */
  readonly kernel: number;
  /** [samples, positions, channels] */
  readonly y: number;
  /** [positions, taps]: the place of dy that a tap meets, or −1. */
  readonly meets: Int32Array;
  readonly samples: number;
  readonly places: number;
  readonly positions: number;
  readonly taps: number;
  readonly channels: number;
  readonly filters: number;
}

/** What Emscripten hands out of tfjs' own program, of which tfjs types little. */
interface Heap {
  readonly asm?: { readonly memory?: WebAssembly.Memory };
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

const heapOf = ({ wasm }: BackendWasm) => wasm as unknown as Heap;

/** Null where it does not run. */
const programs = new WeakMap<BackendWasm, Program | null>();

function programFor(backend: BackendWasm): Program | null {
  let found = programs.get(backend);
  if (found === undefined) programs.set(backend, (found = start(backend)));
  return found;
}

function start(backend: BackendWasm): Program | null {
  const memory = heapOf(backend).asm?.memory;
  if (!memory) return null;
  try {
    const bytes = Uint8Array.from(atob(lanesBinary), (character) => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { tfjs: { memory } });
    // Cast: lanes.wat exports these four.
    return exports as unknown as Program;
  } catch {
    return null; // no vector instructions here, or a memory of another kind
  }
}

/**
 * y[n, p, i] = x[p, i] · Σ over taps t and filters j of kernel[t, i, j] · dy[n, meets[p, t], j], x [positions, channels], with
 * 32 samples side by side. What is zero in x, in the kernel or in all of these samples is left out. Says false, and does
 * nothing, where the program does not run or the job is too large for it.
 */
export function samplesInLanes(backend: BackendWasm, job: Job & { readonly x: number }): boolean {
  const program = programFor(backend);
  if (!program) return false;
  const { dy, x, y, meets, samples, places, positions, taps, channels, filters } = job;
  const [shareSize, size] = [places * filters, positions * channels];
  const [shareRows, rows] = [shareSize, size].map((n) => 4 * Math.ceil(n / 4)) as [number, number];
  const tapBytes = Math.ceil(filters / 8);
  const slots = 64 * Math.ceil((taps * tapBytes) / 8);

  const { at, bytes } = layOut({
    batch: Math.max(shareRows, rows) * ROW_BYTES,
    share: shareRows * ROW_BYTES,
    out: rows * ROW_BYTES,
    shareBits: places * tapBytes,
    kernel: 4 * channels * slots,
    kernelBits: (channels * slots) / 8,
    meets: 4 * meets.length,
    rowOf: 4 * slots,
    active: slots / 8,
  });
  if (bytes > MOST_BYTES) return false;
  const wasm = heapOf(backend);
  const start = wasm._malloc(bytes) >>> 0;
  // A view after the allocation, which may have moved the memory.
  const heap = wasm.HEAPU8;
  const copy = (from: number, to: number, numbers: number) => heap.copyWithin(to, from, from + 4 * numbers);
  try {
    const place = (name: keyof typeof at) => start + at[name];
    new Int32Array(heap.buffer, place('meets'), meets.length).set(meets);
    layOutKernel(job, heap.buffer, place('kernel'), place('kernelBits'), slots);
    heap.fill(0, place('active'), place('active') + slots / 8);
    for (let first = 0; first < samples; first += LANES) {
      const count = Math.min(LANES, samples - first);
      const [dyHere, yHere, batch] = [dy + 4 * first * shareSize, y + 4 * first * size, place('batch')];
      // The program turns whole blocks; anything else is filled up in a place of its own.
      const isWhole = (n: number) => count === LANES && n % 4 === 0;
      if (!isWhole(shareSize)) {
        heap.fill(0, batch, batch + shareRows * ROW_BYTES);
        for (let n = 0; n < count; n++) copy(dyHere + 4 * n * shareSize, batch + 4 * n * shareRows, shareSize);
      }
      program.turn(isWhole(shareSize) ? dyHere : batch, LANES, shareRows, place('share'));
      program.rowBits(place('share'), places, filters, place('shareBits'));
      program.gather(
        ...[place('share'), place('shareBits'), tapBytes, filters],
        ...[place('kernel'), place('kernelBits'), slots, place('meets'), taps],
        ...[x, place('out'), positions, channels, place('rowOf'), place('active')],
      );
      program.turn(place('out'), rows, LANES, isWhole(size) ? yHere : batch);
      if (!isWhole(size)) for (let n = 0; n < count; n++) copy(batch + 4 * n * rows, yHere + 4 * n * size, size);
    }
  } finally {
    wasm._free(start);
  }
  return true;
}

/** Whether {@link channelsInLanes} can sum so many filters to so many channels. */
export const fitsChannels = (channels: number, filters: number): boolean => channels % 16 === 0 && filters % 4 === 0;

/**
 * y[n, p, i] = Σ over taps t and filters j of kernel[t, i, j] · dy[n, meets[p, t], j], with 16 channels of one sample side by
 * side. What is zero in dy is left out. The kernel may also come as [taps, filters, channels]. Says false as above.
 */
export function channelsInLanes(backend: BackendWasm, job: Job & { readonly isFiltersFirst: boolean }): boolean {
  const program = programFor(backend);
  if (!program) return false;
  const { dy, y, meets, samples, places, positions, taps, channels, filters, isFiltersFirst } = job;
  const perTap = channels * filters;
  const { at, bytes } = layOut({
    kernel: isFiltersFirst ? 0 : 4 * taps * perTap,
    meets: 4 * meets.length,
    entries: 8 * places * filters + 16,
    counts: 4 * places,
    list: 8 * taps * filters + 16,
  });
  if (bytes > MOST_BYTES) return false;
  const wasm = heapOf(backend);
  const start = wasm._malloc(bytes) >>> 0;
  try {
    const place = (name: keyof typeof at) => start + at[name];
    new Int32Array(wasm.HEAPU8.buffer, place('meets'), meets.length).set(meets);
    for (let t = 0; t < taps && !isFiltersFirst; t++) {
      program.turn(job.kernel + 4 * t * perTap, channels, filters, place('kernel') + 4 * t * perTap);
    }
    for (let n = 0; n < samples; n++) {
      program.sum(
        ...[dy + 4 * n * places * filters, places, filters, isFiltersFirst ? job.kernel : place('kernel')],
        ...[place('meets'), taps, y + 4 * n * positions * channels, positions, channels],
        ...[place('entries'), place('counts'), place('list')],
      );
    }
  } finally {
    wasm._free(start);
  }
  return true;
}

/** Where each of the given numbers of bytes lies, counted from the start, and how many they are together. */
function layOut<K extends string>(sizes: Record<K, number>): { at: Record<K, number>; bytes: number } {
  let bytes = 0;
  const at = {} as Record<K, number>;
  for (const name of Object.keys(sizes) as K[]) {
    at[name] = bytes;
    bytes += 16 * Math.ceil(sizes[name] / 16);
  }
  return { at, bytes };
}

/** The weights as [channels, slots], a tap's filters filled up to a multiple of 8, and a bit for each that is not zero. */
function layOutKernel(
  { kernel, taps, channels, filters }: Job,
  buffer: ArrayBufferLike,
  weightsAt: number,
  bitsAt: number,
  slots: number,
): void {
  const given = new Float32Array(buffer, kernel, taps * channels * filters);
  const weights = new Float32Array(buffer, weightsAt, channels * slots).fill(0);
  const bits = new Uint8Array(buffer, bitsAt, (channels * slots) / 8).fill(0);
  const slotsPerTap = 8 * Math.ceil(filters / 8);
  for (let t = 0; t < taps; t++) {
    for (let i = 0; i < channels; i++) {
      const from = (t * channels + i) * filters;
      const to = i * slots + t * slotsPerTap;
      for (let j = 0; j < filters; j++) {
        const weight = given[from + j]!;
        weights[to + j] = weight;
        if (weight !== 0) bits[(to + j) >> 3]! |= 1 << (j & 7);
      }
    }
  }
}
