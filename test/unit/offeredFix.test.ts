import { describe, expect, test } from 'vitest';
import type { MeasuredFixes } from '../../src/core/findings/measuredFixes.js';
import { configure, presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { labs } from '../../src/core/labs/index.js';
import { measuredFixes } from '../../src/core/labs/measuredFixes.js';
import { offeredFix, recipeValues } from '../../src/core/labs/offeredFix.js';
import { hasMessage, loadLanguage } from '../../src/core/messages/messages.js';
import type { Config } from '../../src/core/parameters.js';
import { fixCases } from '../../workers/programs/fixes.js';

const languages = ['en', 'zh'] as const;
const preset = (id: string, values: Config = {}): Config => ({ ...presetConfig(grpo, grpo.presets.find((each) => each.id === id)!), ...values });
const sampler = preset('sampler-collapse');

const offered = (fresh?: [cured: number, cases: number], live?: [cured: number, cases: number], exceptions: MeasuredFixes['exceptions'] = []) => {
  const counts = (pair?: [number, number]) => pair && { cured: pair[0], cases: pair[1] };
  const counted = { ...(fresh && { fresh: counts(fresh)! }), ...(live && { live: counts(live)! }) };
  return offeredFix(grpo, 'dead-groups', sampler, { remedies: [{ finding: 'dead-groups', remedy: 'whole-policy', ...counted }], exceptions });
};

describe('a fix is offered', () => {
  test('where four of five measured cases were cured, and for a run that trains only where that was measured, too', () => {
    expect(offered([5, 5])).toEqual({ remedies: ['whole-policy'], change: { temperature: 1 }, live: false });
    expect(offered([4, 5], [4, 5])?.live).toBe(true);
    expect(offered([5, 5], [3, 5])?.live).toBe(false);
    expect(offered([3, 5], [5, 5])).toBeUndefined();
    expect(offered()).toBeUndefined();
  });

  test('in a case that was measured itself, by what it came to', () => {
    const own = { finding: 'dead-groups', way: 'fresh' as const, values: recipeValues(grpo, sampler) };
    expect(offered([5, 5], undefined, [{ ...own, cured: false }])).toBeUndefined();
    expect(offered([0, 5], undefined, [{ ...own, cured: true }])).toBeDefined();
    expect(offered([0, 5], undefined, [{ ...own, finding: 'overfitting', cured: true }])).toBeUndefined();
  });

  test('of several remedies together only if each of them cured', () => {
    const remedies = [{ finding: 'gradient-spike', remedy: 'lower-learning-rate', fresh: { cases: 5, cured: 5 } }];
    const config = preset('collapse', { clipping: false, innerEpochs: 2 });
    expect(offeredFix(grpo, 'gradient-spike', config, { remedies, exceptions: [] })).toBeUndefined();
    const both = [...remedies, { finding: 'gradient-spike', remedy: 'clip-ratios', fresh: { cases: 5, cured: 4 } }];
    expect(offeredFix(grpo, 'gradient-spike', config, { remedies: both, exceptions: [] })?.change).toMatchObject({ clipping: true, learningRate: 5e-4 });
  });

  test('whatever the engine, the seeds and how often is measured', () => {
    expect(recipeValues(grpo, { ...sampler, engine: 'cpu', seed: 7, replicas: 5, validationEvery: 3 })).toEqual(recipeValues(grpo, sampler));
  });
});

describe.each(labs.map((lab) => [lab.id, lab] as const))('%s', (id, lab) => {
  test('every measured case that came out otherwise than most is one that its fixes and findings know', () => {
    const { remedies, exceptions } = measuredFixes[id]!;
    expect(remedies.length, 'measured at all').toBeGreaterThan(0);
    for (const { finding, values, cured, way } of exceptions) {
      const { config, problems } = configure(lab, { values });
      expect(problems).toEqual([]);
      const offer = offeredFix(lab, finding, config);
      if (way === 'fresh') expect([finding, values, offer !== undefined]).toEqual([finding, values, cured]);
      else expect(offer?.live ?? false, JSON.stringify(values)).toBe(cured && offer !== undefined);
    }
    const known = new Set(lab.detectors.map((detector) => detector.id));
    for (const { finding } of remedies) expect(known).toContain(finding);
  });

  test('whatever a fix is made of has words in both languages, and its change is right for the config', async () => {
    await Promise.all(languages.map((language) => loadLanguage(language, id)));
    const asked = new Set<string>();
    let left = 300;
    for (const { config } of fixCases(lab)) {
      if (left-- === 0) break;
      for (const { fix } of lab.detectors) {
        const cure = fix?.(config);
        if (!cure) continue;
        for (const remedy of cure.remedies) asked.add(remedy);
        expect(configure(lab, { values: { ...recipeValues(lab, config), ...cure.change } }).problems).toEqual([]);
        expect(Object.entries(cure.change).filter(([key, value]) => config[key] !== value)).not.toEqual([]);
      }
    }
    expect(asked.size).toBeGreaterThan(2);
    for (const remedy of asked) for (const language of languages) expect(hasMessage(language, `remedy.${remedy}`, id), remedy).toBe(true);
  });
});
