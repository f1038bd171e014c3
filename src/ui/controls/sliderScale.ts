import type { NumberParameter } from '../../core/parameters.js';

/** How far a slider goes, and which value is meant at each of its notches 0 … `last`. */
export interface SliderScale {
  readonly last: number;
  /** The value at a notch. */
  value(position: number): number;
  /** The notch nearest to a value. */
  position(value: number): number;
}

const mantissas = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/** Round values, ten a decade, and both ends. */
function logStops(min: number, max: number, integer: boolean): number[] {
  const stops = new Set([min]);
  for (let exponent = Math.floor(Math.log10(min)); exponent <= Math.log10(max); exponent++) {
    for (const mantissa of mantissas) {
      const stop = Number(`${mantissa}e${exponent}`);
      if (stop > min && stop < max && (!integer || Number.isInteger(stop))) stops.add(stop);
    }
  }
  return [...stops.add(max)];
}

function listScale(stops: readonly number[], distance: (value: number) => number): SliderScale {
  return {
    last: stops.length - 1,
    value: (position) => stops[position]!,
    position(value) {
      const far = (i: number): number => Math.abs(distance(stops[i]!) - distance(value));
      let nearest = 0;
      for (let i = 1; i < stops.length; i++) if (far(i) < far(nearest)) nearest = i;
      return nearest;
    },
  };
}

/** The slider of a number: log-scaled where the field is, zero at its left end, never past `max`. */
export function sliderScale(parameter: NumberParameter, max = parameter.max): SliderScale {
  const { min, integer, values } = parameter;
  const zero = parameter.zero === true && min > 0;
  if (values) return listScale(values.filter((value) => value <= max), (value) => value);
  if (parameter.scale === 'log') {
    const stops = logStops(min, max, integer);
    // Zero lies one notch below the smallest value.
    return listScale(zero ? [0, ...stops] : stops, (value) => Math.log(value > 0 ? value : min / 1.3));
  }
  const step = parameter.step ?? (integer ? 1 : (max - min) / 100);
  const first = zero ? 1 : 0;
  const last = Math.round((max - min) / step) + first;
  return {
    last,
    value: (position) => (position < first ? 0 : Number(Math.min(max, min + (position - first) * step).toFixed(10))),
    position: (value) => (zero && value < min ? 0 : Math.max(0, Math.min(last, Math.round((value - min) / step) + first))),
  };
}
