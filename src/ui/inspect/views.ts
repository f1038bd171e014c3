import type { Component } from 'svelte';
import type { Lab } from '../../core/labs/lab.js';
import type { Language, Values } from '../../core/messages/messages.js';
import type { ChartRun } from '../charts/chartRun.js';
import type { Run } from '../state/run.svelte.js';

/** What every view is given. */
export interface ViewProps {
  readonly lab: Lab;
  /** The run in the foreground. */
  readonly run: Run;
  /** It and the runs that it is compared with. */
  readonly runs: ChartRun[];
  readonly t: (id: string, values?: Values) => string;
  readonly language: Language;
  /** Asks for another replica of the run, or another of the lab's examples, from 0. */
  readonly onInspect: (replica: number, item?: number) => void;
}

/** The registry: what a lab can show below the charts, by the names that its declaration uses. */
export const views: Readonly<Record<string, () => Promise<{ default: Component<ViewProps> }>>> = {
  'rollouts': () => import('./grpo/Rollouts.svelte'),
  'entropy-law': () => import('./grpo/EntropyLaw.svelte'),
  'retrievals': () => import('./biencoder/Retrievals.svelte'),
  'similarity-histogram': () => import('./biencoder/SimilarityHistogram.svelte'),
  'similarity-matrix': () => import('./biencoder/SimilarityMatrix.svelte'),
  'embedding-map': () => import('./biencoder/EmbeddingMap.svelte'),
  'loss-verdict': () => import('./reward-model/LossVerdict.svelte'),
  'reward-margins': () => import('./reward-model/RewardMargins.svelte'),
  'calibration': () => import('./reward-model/Calibration.svelte'),
  'preference-pairs': () => import('./reward-model/PreferencePairs.svelte'),
  'pool': () => import('./pointer/Pool.svelte'),
};

/** The registry of tools, which say and do something without a run too; they know the page through its context. */
export const tools: Readonly<Record<string, () => Promise<{ default: Component }>>> = {
  'differences': () => import('../differences/Differences.svelte'),
};
