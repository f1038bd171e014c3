import type { Metric } from '../../metrics.js';
import { meanings } from './grammar.js';
import type { BiencoderConfig } from './parameters.js';

const embedsApart = ({ loss }: BiencoderConfig): boolean => loss !== 'pair-classifier';

export const metrics: readonly Metric<BiencoderConfig>[] = [
  {
    id: 'trainLoss', group: 'training', unit: 'loss', cadence: 'validation', scale: 'linear',
    chart: { with: ['validationLoss'], shadesGap: true }, frameworks: { 'sentence-transformers': 'loss' },
  },
  {
    id: 'validationLoss', group: 'validation', unit: 'loss', cadence: 'validation', scale: 'linear',
    frameworks: { 'sentence-transformers': 'eval_loss' },
  },
  {
    id: 'accuracyAt1', group: 'validation', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1],
    chart: { levels: [{ id: 'chance', at: 1 / meanings }] },
    frameworks: { 'sentence-transformers': 'eval_cosine_accuracy@1' },
  },
  {
    id: 'recallAt5', group: 'validation', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1],
    chart: { levels: [{ id: 'chance', at: 5 / meanings }] }, frameworks: { 'sentence-transformers': 'eval_cosine_recall@5' },
  },
  {
    id: 'mrrAt10', group: 'validation', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1],
    frameworks: { 'sentence-transformers': 'eval_cosine_mrr@10' },
  },
  { id: 'twinShare', group: 'validation', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1] },
  { id: 'meanPairDistance', group: 'embeddings', unit: 'norm', cadence: 'validation', scale: 'linear' },
  { id: 'alignment', group: 'embeddings', unit: 'score', cadence: 'validation', scale: 'linear', applies: embedsApart },
  { id: 'uniformity', group: 'embeddings', unit: 'nats', cadence: 'validation', scale: 'linear', applies: embedsApart },
  { id: 'batchLoss', group: 'training', unit: 'loss', cadence: 'step', scale: 'linear' },
  { id: 'randomRate', group: 'optimizer', unit: 'share', cadence: 'step', scale: 'linear', range: [0, 1] },
  { id: 'gradNorm', group: 'optimizer', unit: 'norm', cadence: 'step', scale: 'linear', frameworks: { 'sentence-transformers': 'grad_norm' } },
  { id: 'learningRate', group: 'optimizer', unit: 'rate', cadence: 'step', scale: 'log', frameworks: { 'sentence-transformers': 'learning_rate' } },
];
