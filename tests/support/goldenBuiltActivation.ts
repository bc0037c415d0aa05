import { activations, type Activation } from '#src';
import type { Tolerance } from './goldenCompare.ts';

/** meta.tolerance.cpuFloat32 of the file: values and derivatives. */
export const FLOAT32: Tolerance = { absolute: 1e-5, relative: 1e-5 };
/** `scalar` runs in float64; a formula of a few operations keeps all but two digits. */
export const FLOAT64: Tolerance = { absolute: 1e-13, relative: 1e-13 };
/** The note of gaussianMoments: agree to 1e-6. */
export const MOMENTS: Tolerance = { absolute: 1e-6, relative: 0 };

/** The activation of this name, if it is built with this many inputs. */
export function builtActivation(name: string, arity: number): Activation | undefined {
  const found = activations.has(name) ? activations.get(name) : undefined;
  return found?.arity === arity ? found : undefined;
}
