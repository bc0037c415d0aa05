/** What a link to the lab says: which data, net, seed and selection. Everything is optional and checked on arrival. */
export interface Address {
  readonly data?: string;
  readonly net?: string;
  readonly seed?: number;
  readonly stage?: string;
  /** Part of the workbench that is open. */
  readonly view?: string;
  /** How fast training may go, when not as usual. */
  readonly pace?: string;
  readonly channel?: number;
  readonly sample?: number;
  readonly class?: number;
}

const NUMBERS = ['seed', 'channel', 'sample', 'class'] as const;
const WORDS = ['data', 'net', 'stage', 'view', 'pace'] as const;

/** Reads a fragment such as "#data=glyphs&stage=conv3&channel=5". Unknown keys and bad numbers are passed over. */
export function readAddress(fragment: string): Address {
  const params = new URLSearchParams(fragment.replace(/^#/, ''));
  const address: Record<string, string | number> = {};
  for (const key of WORDS) {
    const value = params.get(key);
    if (value && value.length <= 100) address[key] = value;
  }
  for (const key of NUMBERS) {
    const value = Number(params.get(key) ?? NaN);
    if (Number.isSafeInteger(value) && value >= 0) address[key] = value;
  }
  return address;
}

export function writeAddress(address: Address): string {
  const params = new URLSearchParams();
  for (const key of [...WORDS, ...NUMBERS]) {
    const value = address[key];
    if (value !== undefined) params.set(key, String(value));
  }
  return `#${params}`;
}
