/**
 * Exponential smoothing as a running update: the mean of all values so far with weight `smoothing`^age, so the first
 * value is itself and nothing is drawn towards zero (Kingma & Ba 2015, section 3, write the same as a division by
 * 1 − smoothing^n). 0 leaves values as they are, 1 is the plain mean so far. A missing value stays missing and does
 * not count.
 */
export function smoother(smoothing: number): (value: number) => number {
  let weights = 0;
  let mean = NaN;
  return (value) => {
    if (!Number.isFinite(value)) return value;
    weights = 1 + smoothing * weights;
    mean = weights === 1 ? value : mean + (value - mean) / weights;
    return mean;
  };
}
