import type { Detector } from '../findings/detector.js';
import type { HealthyRun } from '../findings/underfitting.js';
import type { Metric } from '../metrics.js';
import type { Config, Parameter } from '../parameters.js';
import type { ChangeOf } from '../typedConfig.js';

/** A named config with a story and an outcome that `npm run presets` verifies over 5 seeds. */
export interface Preset<C = Config> {
  /** Also the message ids `preset.<lab>.<id>` (title), `.story`, and `.caveat` where a claim was not reproduced. */
  readonly id: string;
  /** What differs from the lab's defaults (for a task: that task's defaults). */
  readonly values: ChangeOf<C>;
  readonly expected: readonly Expectation[];
  /** The findings that come over 5 seeds; empty where none of any kind may; absent where nothing is promised. */
  readonly findings?: readonly string[];
}

/** A measured outcome; `npm run presets` holds a fresh run of 5 seeds to it. */
export interface Expectation {
  readonly metric: string;
  /** The last value, the largest value, or the mean over the steps [from, to]. */
  readonly at: 'final' | 'best' | readonly [from: number, to: number];
  /** The mean over seeds that was measured, and its standard deviation. */
  readonly mean: number;
  readonly sd: number;
  /** A hard bound for at least `seeds` of 5 seeds, each, where the issue or the story depends on one. */
  readonly within?: { readonly low: number; readonly high: number; readonly seeds: number };
  /** In at least `seeds` of 5 seeds the value lies above what another preset promises of the same metric, seed by seed. */
  readonly beats?: { readonly preset: string; readonly seeds: number };
}

/** A name of the page's registry of tools; one that is not `open` is fetched and shown once a visitor asks for it. */
export interface Tool {
  readonly name: string;
  readonly open?: true;
}

/**
 * One training loop as the page, links and the command line know it. Its trainer lives in `workers/labs/<id>/`.
 */
export interface Lab<C = Config> {
  /** Also the message ids `lab.<id>` and `.about` (common: the menu shows them), and `.story` (its own). */
  readonly id: string;
  readonly parameters: readonly Parameter<C>[];
  /** The groups in the order in which they are shown. */
  readonly groups: readonly string[];
  /**
   * The choice parameter whose value brings defaults of its own (GRPO's `task`), with those defaults. Message ids
   * `<key>.<value>` (title) and `.story` for each value.
   */
  readonly variants?: {
    readonly key: keyof C & string;
    readonly defaults: Readonly<Record<string, ChangeOf<C>>>;
    /** Whether runs of different variants can be drawn together: their metrics mean the same. */
    readonly comparable?: boolean;
  };
  /** Parameters that decide the weights' shape and meaning: a run continues another's weights only where they agree. */
  readonly weightKeys: readonly (keyof C & string)[];
  readonly metrics: readonly Metric<C>[];
  /** The two large charts under this config. */
  readonly headlines: (config: C) => readonly string[];
  readonly detectors: readonly Detector<C>[];
  readonly presets: readonly Preset<C>[];
  /** How runs like those with this config were seen to learn. */
  readonly healthyRun: (config: C) => HealthyRun;
  /** What the page shows below the charts: names of its registry of views. */
  readonly views: readonly string[];
  /** What it offers there whether there is a run or not. */
  readonly tools: readonly Tool[];
  /** How many steps a run takes; `steps` itself, unless the lab counts epochs. */
  readonly steps: (config: C) => number;
  /** How many samples a step, counted from 1, draws or shows to one replica: responses, pairs or queries. */
  readonly samples: (config: C) => (step: number) => number;
  /** The metric that is a sample's mean length in tokens, where it is measured at every step. */
  readonly tokens?: string;
  /** The metric whose highest value makes the best checkpoint. */
  readonly score: (config: C) => string;
}
