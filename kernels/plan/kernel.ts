/** The numbers of a buffer. */
export type Numbers = Float32Array | Float64Array;

/** Sizes, strides and settings of one operation. */
export type Dims = Readonly<Record<string, number>>;

export interface BufferUse {
  readonly name: string;
  /** 'write': every number is set; 'update': added to, or changed in place. */
  readonly access: 'read' | 'write' | 'update';
  readonly optional?: true;
}

/** One operation of a plan: what it means, and how each executor runs it. */
export interface Kernel<D extends Dims = Dims> {
  readonly id: string;
  /** What its buffers are for, in the order in which operations list them. */
  readonly buffers: readonly BufferUse[];
  /** Plain loops: on float32 the js executor, on float64 the oracle of the others. An absent optional buffer is null. */
  run(buffers: readonly (Numbers | null)[], dims: D): void;
  /**
   * The function of the same name in the WebAssembly program takes the addresses of the buffers (0: absent), then these
   * numbers, then the address of scratch memory where there is any.
   */
  readonly wasm: {
    readonly args: readonly (keyof D & string)[];
    /** Floats of scratch memory. */
    readonly scratch?: (dims: D) => number;
  };
  /** Additions and multiplications it takes: two per multiply-add. */
  flops(dims: D): number;
}

/** Declares a kernel; the type of the sizes follows from its loops. */
export function defineKernel<D extends Dims>(kernel: Kernel<D>): Kernel<D> {
  return kernel;
}
