import type { Finding } from '../../src/core/findings/detector.js';
import { FindingWatcher } from '../../src/core/findings/watcher.js';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { Config } from '../../src/core/parameters.js';

/** Metrics of runs as they go in the lab, drawn by hand, for what is said about them. */
type Curve = number | ((step: number) => number);
export type Curves = Record<string, Curve>;

export const preset = (id: string, values: Config = {}): Config => ({
  ...presetConfig(grpo, grpo.presets.find((candidate) => candidate.id === id)!),
  ...values,
});

/** Straight lines between [step, value] points, level outside them. */
export const through =
  (...points: [number, number][]) =>
  (step: number): number => {
    const next = points.findIndex(([at]) => at >= step);
    if (next === 0) return points[0]![1];
    if (next < 0) return points.at(-1)![1];
    const [x0, y0] = points[next - 1]!;
    const [x1, y1] = points[next]!;
    return y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
  };

const at = (curve: Curve, step: number): number => (typeof curve === 'number' ? curve : curve(step));

/** The curves of several replicas, watched as a run of `steps` steps with a validation every 10. */
export function watchAll(config: Config, steps: number, replicas: Curves[], onlyIds?: string[]): readonly Finding[] {
  const chosen = onlyIds ? grpo.detectors.filter((detector) => onlyIds.includes(detector.id)) : grpo.detectors;
  const watcher = new FindingWatcher(chosen, config, replicas.length);
  for (let step = 0; step <= steps; step++) {
    watcher.observe(step, (metric, replica) => {
      const curve = replicas[replica]![metric];
      if (curve === undefined) return NaN;
      const measured = metric.startsWith('validation.') ? step % 10 === 0 : step > 0;
      return measured ? at(curve, step) : NaN;
    });
  }
  return watcher.findings;
}

export const idsOf = (findings: readonly Finding[]): string[] => findings.map((finding) => finding.id).sort();
export const stepOf = (findings: readonly Finding[], id: string): number =>
  findings.find((finding) => finding.id === id)?.step ?? NaN;

/** Reproducible noise in [−1, 1]. */
const noise = (step: number, salt: number): number => {
  const x = Math.sin(step * 12.9898 + salt * 78.233) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};
export const noisy =
  (curve: (step: number) => number, size: number, salt: number) =>
  (step: number): number =>
    curve(step) + size * noise(step, salt);

export const healthySum = (salt: number): Curves => ({
  'validation.answer': noisy(through([0, 0.48], [40, 0.78], [120, 0.89]), 0.08, salt),
  reward: noisy(through([1, 0.51], [60, 0.88], [120, 0.94]), 0.1, salt + 1),
  'reward.answer': noisy(through([1, 0.48], [60, 0.86], [120, 0.92]), 0.1, salt + 2),
  entropy: noisy(through([1, 0.28], [120, 0.055]), 0.015, salt + 3),
  entropyAtT1: noisy(through([1, 0.28], [120, 0.055]), 0.015, salt + 4),
  responseLength: noisy(through([1, 13.3], [60, 15.8]), 0.7, salt + 5),
  deadGroups: noisy(through([1, 0.2], [120, 0.65]), 0.2, salt + 6),
  gradNorm: noisy(through([1, 0.46], [120, 0.35]), 0.1, salt + 7),
  kl: noisy(through([1, 0], [120, 0.06]), 0.01, salt + 8),
});

export const collapsedSum: Curves = {
  'validation.answer': through([0, 0.49], [20, 0.75], [40, 0.27], [100, 0]),
  reward: through([1, 0.51], [20, 0.78], [50, 0.2], [100, 0.095]),
  'reward.answer': through([1, 0.49], [20, 0.75], [40, 0.27], [100, 0]),
  entropy: through([1, 0.25], [20, 0.1], [45, 0.23], [90, 0.001]),
  entropyAtT1: through([1, 0.25], [20, 0.1], [45, 0.23], [90, 0.001]),
  responseLength: through([1, 13.3], [20, 15.8], [45, 13], [75, 1]),
  deadGroups: through([1, 0.2], [40, 0.3], [85, 1]),
  gradNorm: through([1, 0.46], [12, 0.46], [35, 1], [60, 0.6], [95, 0]),
  kl: through([1, 0], [30, 0.05], [55, 0.7], [120, 2]),
};

export const healthyTool: Curves = {
  'validation.reward': noisy(through([0, 0.42], [40, 0.73], [90, 0.94]), 0.03, 1),
  'validation.answer': through([0, 0.2], [90, 0.94]),
  reward: noisy(through([1, 0.4], [40, 0.72], [90, 0.95]), 0.06, 2),
  'reward.answer': through([1, 0.2], [90, 0.95]),
  entropy: through([1, 0.31], [30, 0.28], [90, 0.02]),
  entropyAtT1: through([1, 0.31], [30, 0.28], [90, 0.02]),
  'entropy.decisive': through([1, 1.6], [30, 1.33], [80, 0.4], [150, 0.31]),
  responseLength: through([1, 6], [150, 7]),
  deadGroups: noisy(through([1, 0.1], [30, 0.13], [90, 0.97]), 0.03, 3),
  gradNorm: through([1, 0.4], [20, 0.9], [100, 0.01]),
  kl: through([1, 0], [60, 0.9], [150, 0.6]),
};

export const collapsedTool: Curves = {
  ...healthyTool,
  'validation.reward': through([0, 0.4], [40, 0.5]),
  reward: noisy(through([1, 0.4], [30, 0.5]), 0.03, 4),
  'reward.answer': through([1, 0.2], [30, 0]),
  'entropy.decisive': through([1, 1.6], [20, 0.1], [30, 0.034], [150, 0.007]),
  deadGroups: through([1, 0.1], [25, 0.95]),
  responseLength: through([1, 6], [30, 5]),
};
