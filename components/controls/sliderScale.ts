/** The bounds and the default of a number, as an option table gives them. */
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  /** 1 for whole numbers. */
  readonly step?: number;
  /** Stands in the middle of a wide range; without one the slider is even. */
  readonly default?: number;
}

/** Where a number stands on a slider from 0 to 1, and which number stands at a place. */
export interface SliderScale {
  position(value: number): number;
  /** At the place `to`, for a slider that stands at `from`: whole numbers never stand still when it moves. */
  value(to: number, from?: number): number;
}

/** A default below this share of the range stands in the middle all the same: there is more to choose around it. */
const EVEN = 0.2;
/** A range without a default that tells its order of magnitude is typed, not slid, when it is wider than this. */
const WIDEST = 100;

/** The scale of a slider, or null where the bounds are missing or say nothing about a useful size. */
export function sliderScale({ min, max, step, default: usual }: NumberRange): SliderScale | null {
  if (min === undefined || max === undefined || !Number.isFinite(min) || !Number.isFinite(max) || max <= min)
    return null;
  const span = max - min;
  const share = ((usual ?? min) - min) / span;
  const isBent = share > 0 && share < EVEN;
  if (!isBent && span > WIDEST) return null;
  const power = isBent ? Math.log(share) / Math.log(0.5) : 1;
  const isWhole = step === 1;

  const position = (value: number) => clamp((clamp(value, min, max) - min) / span, 0, 1) ** (1 / power);
  const rounded = (value: number) => {
    if (isWhole) return Math.round(value);
    // Far below the default is nothing: 10⁻⁷⁴ would be a number without use.
    if (isBent && value - min < (share * span) / 1000) return min;
    return clamp(Number(value.toPrecision(2)), min, max);
  };
  return {
    position,
    value(to, from) {
      const value = rounded(min + span * clamp(to, 0, 1) ** power);
      if (from === undefined || !isWhole) return value;
      const before = rounded(min + span * from ** power);
      return value === before ? clamp(before + Math.sign(to - from), min, max) : value;
    },
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/** A number as a field shows it: "0.25", and "1e-6" where the digits would not fit. */
export function fieldText(value: number): string {
  const size = Math.abs(value);
  return size > 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential().replace('e+', 'e') : String(value);
}
