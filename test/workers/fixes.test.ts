import { expect, it } from 'vitest';
import { FindingWatcher } from '../../src/core/findings/watcher.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { grpoConfig, startSession } from './drive.js';

it.each([
  ['tool-choice-healthy', { topK: 1 }, { topK: 0 }, 0.85],
  ['healthy', { topP: 0.8 }, { topP: 1 }, 0.8],
])('%s with %o: dead groups are found, and their fix lets the run learn', async (preset, narrow, fix, learned) => {
  const config = grpoConfig(preset, { ...narrow, steps: 140, replicas: 3, validationEvery: 20 });
  const watcher = new FindingWatcher(grpo.detectors, config, 3);
  const { fix: fixOf } = grpo.detectors.find(({ id }) => id === 'dead-groups')!;
  let tried: unknown;
  const run = startSession(config, {
    onUpdate: (update, session) => {
      if (update.type !== 'metrics') return;
      update.steps.forEach((step, row) => {
        const found = watcher.observe(step, (metric, replica) => update.columns[metric]?.[row * 3 + replica] ?? NaN);
        if (tried || !found.some(({ id }) => id === 'dead-groups')) return;
        tried = fixOf!(config)?.change;
        session.changeLive(tried as typeof fix);
      });
    },
  });
  await run.session.ended;
  expect(tried).toEqual(fix);
  for (const reward of run.rows.get(140)!['validation.reward']!) expect(reward).toBeGreaterThan(learned);
});
