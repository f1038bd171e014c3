import type { Component } from 'svelte';
import type { BesideProps, ViewProps } from './viewProps.js';

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

/**
 * The registry of tools, which say and do something without a run too; they know the page through its context. Their texts
 * are `<name>.title`, `.about` and `.open`.
 */
export const tools: Readonly<Record<string, () => Promise<{ default: Component }>>> = {
  'differences': () => import('./differences/Differences.svelte'),
  'family': () => import('./grpo/Family.svelte'),
};

/** What a lab shows of several runs side by side, by the lab's id. */
export const comparisons: Readonly<Record<string, () => Promise<{ default: Component<BesideProps> }>>> = {
  'grpo': () => import('./grpo/RolloutsBeside.svelte'),
};
