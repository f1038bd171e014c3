import type { RolloutInspection } from '../../../core/labs/grpo/inspection.js';

type Group = RolloutInspection['groups'][number];

/** Rewards that differ by less are equal: what float32 sums leave. */
const equal = 1e-9;

/** Whether all responses earned the same, so that no advantage is left to learn from. */
export function isDead(group: Group): boolean {
  const rewards = group.responses.map((response) => response.reward);
  return Math.max(...rewards) - Math.min(...rewards) <= equal;
}

/** How strongly to colour an advantage, percent; an advantage of 2 standard deviations is as strong as it gets. */
export function tint(advantage: number): number {
  return Math.round(10 + 35 * Math.min(1, Math.abs(advantage) / 2));
}

/** Two decimals with the sign written out, also of numbers that round to 0. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  if (Number(text) === 0) return text;
  return `${value > 0 ? '+' : '−'}${text}`;
}

/** A probability as people read it: 0.87, 0.03, below 0.001 in powers of ten. */
export function probability(logProb: number): string {
  const p = Math.exp(logProb);
  if (p >= 0.9995) return '1.00';
  if (p >= 0.01) return p.toFixed(2);
  return p >= 0.001 ? p.toFixed(3) : p.toExponential(0);
}
