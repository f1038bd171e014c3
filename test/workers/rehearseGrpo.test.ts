import { expect, it } from 'vitest';
import type { ConfigChange } from '../../src/core/parameters.js';
import type { Engine } from '../../workers/engines/engine.js';
import { hasOwnLoss } from '../../workers/engines/grpoStep.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import type { GrpoUpdate } from '../../workers/engines/policy.js';
import { rehearseGrpo } from '../../workers/labs/grpo/prepare.js';
import { Population } from '../../workers/labs/population.js';
import { cpuEngine } from '../cpuEngines.js';
import { testEnvironment } from '../environment.js';
import { grpoConfig } from './drive.js';

/** The updates of three rehearsed steps, with the key that they are remembered by. */
async function rehearsed(values: Readonly<Record<string, unknown>>, arms?: readonly ConfigChange[]): Promise<{ key: string; updates: GrpoUpdate[] }> {
  const updates: GrpoUpdate[] = [];
  const engine = await openEngine(cpuEngine, testEnvironment);
  const watched: Engine = {
    ...engine,
    createPolicy: (...options) => {
      const policy = engine.createPolicy(...options);
      const update = policy.update.bind(policy);
      policy.update = (each) => {
        updates.push(each);
        update(each);
      };
      return policy;
    },
  };
  const rehearsal = rehearseGrpo(new Population(grpoConfig('tool-choice-healthy', values), arms), watched);
  for (let step = 0; step < 3; step++) await rehearsal.train();
  rehearsal.dispose();
  return { key: rehearsal.key, updates };
}

it('trains whole steps: every replica has a loss of its own, though most groups of untrained weights are dead', async () => {
  const arms = [{ learningRate: 1e-3 }, { klCoefficient: 0.2 }];
  const { updates } = await rehearsed({ klCoefficient: 0, replicas: 2, seed: 3 }, arms);
  expect(updates).toHaveLength(3);
  for (const { loss, dropout, optimizer, advantages } of updates) {
    expect(loss.klCoefficient.map((_, replica) => hasOwnLoss(loss, replica))).toEqual([true, true, true, true]);
    expect(loss.klCoefficient, 'no more than is needed').toEqual([1e-3, 1e-3, 0.2, 0.2]);
    expect([dropout.seeds, optimizer.learningRate.length], 'the same replicas').toEqual([[3, 4, 3, 4], 4]);
    expect(advantages.filter((advantage) => advantage !== 0).length / advantages.length).toBeLessThan(0.5);
  }
});

it('is remembered for all losses: what it takes does not depend on them', async () => {
  expect((await rehearsed({ klCoefficient: 0 })).key).toBe((await rehearsed({ klCoefficient: 0.1, labelSmoothing: 0.1 })).key);
});
