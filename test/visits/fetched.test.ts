import { expect, test } from 'vitest';
import { button, inHaste, untilStep, visit } from '../browser/visit.js';

test.for(['grpo', 'biencoder', 'reward-model', 'pointer'])(
  'a run of %s on the CPU fetches at most 300 KB of code, page and all, and no tfjs',
  async (lab, { annotate }) => {
    const { page, codeFiles, codeBytes } = await visit(`?lab=${lab}&engine=auto`, inHaste());
    await button(page, 'run.run').click();
    await untilStep(page, 3);
    const kilobytes = (await codeBytes()) / 1000;
    await annotate(`${kilobytes.toFixed(0)} KB`);
    expect(kilobytes).toBeLessThanOrEqual(300);
    expect(codeFiles().filter((file) => /training\.worker/.test(file))).toHaveLength(1);
    expect(codeFiles().filter((file) => /^(tfjs|reference|webgpu)/.test(file))).toEqual([]);
  },
);

test('a reference engine fetches tfjs when it is asked for', async () => {
  const { page, codeFiles } = await visit('?lab=biencoder&engine=reference-wasm&steps=3&validationEvery=0', inHaste());
  await button(page, 'run.run').click();
  await untilStep(page, 1);
  expect(codeFiles().some((file) => /tfjs.*\.wasm$/.test(file))).toBe(true);
});
