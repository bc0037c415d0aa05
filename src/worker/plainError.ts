import { InputError } from '../core/errors.ts';
import type { PlainError } from './protocol.ts';

/** An error as plain data, for the other side. */
export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const where = error instanceof InputError ? error.where : undefined;
  return { name: error.name, message: error.message, ...(where ? { where } : {}) };
}
