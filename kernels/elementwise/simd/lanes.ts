import { FunctionWriter, unsigned, type WasmFunction } from './assembler.ts';
import { simd } from './vectors.ts';

/** Where the functions below stand in a module. */
export const LOAD_LANES = 0;
export const STORE_LANES = 1;

const ONE_LANE = { load: 0x56, store: 0x5a } as const;
const LOAD_FIRST = 0x5c;

/** One of the four numbers of a vector from or to memory, aligned to 4 bytes. */
const lane = (code: number, offset: number, place: number) => simd(code, 2, ...unsigned(offset), place);

/** Four numbers, `stride` bytes apart, from `offset` bytes after the address in a local. */
export function loadApart(w: FunctionWriter, at: number, offset: number, stride: number): void {
  w.get(at).raw(...simd(LOAD_FIRST, 2, ...unsigned(offset)));
  const held = w.local('v128');
  w.set(held);
  for (let i = 1; i < 4; i++)
    w.get(at)
      .get(held)
      .raw(...lane(ONE_LANE.load, offset + i * stride, i))
      .set(held);
  w.get(held);
}

/** The same the other way; `push` puts the vector on the stack. */
export function storeApart(w: FunctionWriter, at: number, offset: number, stride: number, push: () => void): void {
  for (let i = 0; i < 4; i++) {
    w.get(at);
    push();
    w.raw(...lane(ONE_LANE.store, offset + i * stride, i));
  }
}

/** loadLanes(address, stride in bytes, lanes 1 to 3) -> vector; the other lanes are 0. */
export function loadLanes(): WasmFunction {
  const w = new FunctionWriter(['i32', 'i32', 'i32']);
  const [at, stride, lanes] = [0, 1, 2];
  const held = w.local('v128');
  w.get(at)
    .raw(...simd(LOAD_FIRST, 2, 0))
    .set(held);
  eachFurther(w, at, stride, lanes, (i) =>
    w
      .get(at)
      .get(held)
      .raw(...lane(ONE_LANE.load, 0, i))
      .set(held),
  );
  w.get(held);
  return w.finish(null, ['v128']);
}

/** storeLanes(address, stride in bytes, lanes 1 to 3, vector) */
export function storeLanes(): WasmFunction {
  const w = new FunctionWriter(['i32', 'i32', 'i32', 'v128']);
  const [at, stride, lanes, vector] = [0, 1, 2, 3];
  const store = (i: number) =>
    w
      .get(at)
      .get(vector)
      .raw(...lane(ONE_LANE.store, 0, i));
  store(0);
  eachFurther(w, at, stride, lanes, store);
  return w.finish(null);
}

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
  w.raw(...simd(0x0c, ...order))
    .get(lanes)
    .raw(...simd(0x11), ...simd(0x39)); // i32x4.splat, i32x4.lt_s
}
