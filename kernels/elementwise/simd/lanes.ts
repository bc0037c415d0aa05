import { FunctionWriter, unsigned, type WasmFunction } from './assembler.ts';
import { simd } from './vectors.ts';

/*
 * How four numbers get from memory into a vector and back: side by side, apart from each other (one of the parts of a group),
 * and fewer than four at the end of an array, where nothing beyond may be touched. Everything is aligned to 4 bytes.
 */

/** Where {@link loadLanes} and {@link storeLanes} stand in a module. */
const LOAD_LANES = 0;
const STORE_LANES = 1;

const load = (offset: number) => simd(0x00, 2, ...unsigned(offset));
const store = (offset: number) => simd(0x0b, 2, ...unsigned(offset));
const loadFirst = (offset: number) => simd(0x5c, 2, ...unsigned(offset));
const loadLane = (offset: number, lane: number) => simd(0x56, 2, ...unsigned(offset), lane);
const storeLane = (offset: number, lane: number) => simd(0x5a, 2, ...unsigned(offset), lane);

/** Four of the numbers 0 to 7 in two vectors, by their bytes. */
const shuffle = (...places: readonly number[]) =>
  simd(0x0d, ...places.flatMap((place) => [0, 1, 2, 3].map((byte) => 4 * place + byte)));

/** Which numbers of memory: from the address in a local, the same part of groups of `width`. */
export interface Place {
  readonly at: number;
  readonly width: number;
  /** The local with how many numbers there are, 1 to 3; null for four. */
  readonly lanes: number | null;
}

/** Puts a vector on the stack. */
export function loadVector(w: FunctionWriter, { at, width, lanes }: Place, part: number): void {
  const [offset, stride] = [4 * part, 4 * width];
  if (lanes !== null) {
    w.get(at).int(offset).op('i32.add').int(stride).get(lanes).call(LOAD_LANES);
  } else if (width === 1) w.get(at).add(load(0));
  else if (width === 2) {
    w.get(at).add(load(0)).get(at).add(load(16));
    w.add(shuffle(part, part + 2, part + 4, part + 6));
  } else {
    const held = w.local('v128');
    w.get(at).add(loadFirst(offset)).set(held);
    for (let i = 1; i < 4; i++)
      w.get(at)
        .get(held)
        .add(loadLane(offset + i * stride, i))
        .set(held);
    w.get(held);
  }
}

/** Stores the parts of groups; each of `pushes` puts one part's vector on the stack. */
export function storeVectors(w: FunctionWriter, { at, width, lanes }: Place, pushes: readonly (() => void)[]): void {
  if (lanes === null && width === 2) {
    for (const half of [0, 1]) {
      w.get(at);
      for (const push of pushes) push();
      w.add(shuffle(2 * half, 2 * half + 4, 2 * half + 1, 2 * half + 5)).add(store(16 * half));
    }
    return;
  }
  const apart = (push: () => void, part: number) => {
    for (let i = 0; i < 4; i++) {
      w.get(at);
      push();
      w.add(storeLane(4 * (part + i * width), i));
    }
  };
  pushes.forEach((push, part) => {
    if (lanes === null && width > 1) return apart(push, part);
    w.get(at);
    if (lanes !== null)
      w.int(4 * part)
        .op('i32.add')
        .int(4 * width)
        .get(lanes);
    push();
    if (lanes === null) w.add(store(0));
    else w.call(STORE_LANES);
  });
}

/** loadLanes(address, stride in bytes, lanes 1 to 3) -> vector; the other lanes are 0. */
function loadLanes(): WasmFunction {
  const w = new FunctionWriter(['i32', 'i32', 'i32']);
  const [at, stride, lanes] = [0, 1, 2];
  const held = w.local('v128');
  w.get(at).add(loadFirst(0)).set(held);
  eachFurther(w, at, stride, lanes, (i) => w.get(at).get(held).add(loadLane(0, i)).set(held));
  w.get(held);
  return w.finish(null, ['v128']);
}

/** storeLanes(address, stride in bytes, lanes 1 to 3, vector) */
function storeLanes(): WasmFunction {
  const w = new FunctionWriter(['i32', 'i32', 'i32', 'v128']);
  const [at, stride, lanes, vector] = [0, 1, 2, 3];
  const put = (i: number) => w.get(at).get(vector).add(storeLane(0, i));
  put(0);
  eachFurther(w, at, stride, lanes, put);
  return w.finish(null);
}

/** What the code above calls: the first functions of a module. */
export const laneFunctions = (): WasmFunction[] => [loadLanes(), storeLanes()];

function eachFurther(w: FunctionWriter, at: number, stride: number, lanes: number, visit: (i: number) => void): void {
  for (let i = 1; i < 3; i++) {
    w.get(lanes).int(i).op('i32.gt_u');
    w.if(() => {
      w.get(at).get(stride).op('i32.add').set(at);
      visit(i);
    });
  }
}

/** All ones in the first `lanes` lanes. */
export function laneMask(w: FunctionWriter, lanes: number): void {
  const order = [0, 1, 2, 3].flatMap((i) => [i, 0, 0, 0]);
  w.add(simd(0x0c, ...order))
    .get(lanes)
    .add(simd(0x11))
    .add(simd(0x39)); // i32x4.splat, i32x4.lt_s
}
