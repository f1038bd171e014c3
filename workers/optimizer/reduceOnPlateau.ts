export interface Plateau {
  /** Of the values so far; none before the first. */
  readonly best: number | undefined;
  /** Values since the best, or since the last reduction if that came later. */
  readonly waited: number;
  /** Values since the best. */
  readonly sinceBest: number;
  /** On the learning rate. */
  readonly multiplier: number;
}

export interface PlateauRule {
  /** Whether lower or higher values are better. */
  readonly mode: 'min' | 'max';
  readonly factor: number;
  /** How many values without improvement are borne; the next one reduces the rate. */
  readonly patience: number;
  /** The relative difference that counts as an improvement. */
  readonly threshold: number;
}

export const beforeFirst: Plateau = { best: undefined, waited: 0, sinceBest: 0, multiplier: 1 };

/** Takes the next value: the rate falls by `factor` where values stop improving (torch.optim.lr_scheduler.ReduceLROnPlateau). */
export function reduceOnPlateau(before: Plateau, value: number, { mode, factor, patience, threshold }: PlateauRule): Plateau {
  const { best, multiplier } = before;
  const improved = best === undefined || (mode === 'min' ? value < best * (1 - threshold) : value > best * (1 + threshold));
  if (improved) return { best: value, waited: 0, sinceBest: 0, multiplier };
  const waited = before.waited + 1;
  const sinceBest = before.sinceBest + 1;
  return waited > patience
    ? { best, waited: 0, sinceBest, multiplier: multiplier * factor }
    : { best, waited, sinceBest, multiplier };
}
