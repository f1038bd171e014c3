import { expect, test } from 'vitest';
import { decodeLink } from '../../src/core/share.js';
import { labs } from '../../src/core/labs/index.js';
import { button, field, inHaste, text, type, untilState, untilStep, visit } from '../browser/visit.js';

const query = '?lab=grpo&preset=tool-choice-healthy&temperature=1.4&replicas=2&steps=4&engine=cpu';
const story = text('story.label');

test('a link that changes a preset says what it changes, before a run and after, on a phone too', async () => {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 360, height: 740 }]) {
    const { page } = await visit(query, { ...inHaste(), viewport });
    const said = page.getByRole('region', { name: story });
    const changes = ['Temperature 1 → 1.4', 'Replicas 1 → 2'];
    for (const change of changes) expect(await said.innerText()).toContain(change);
    await button(page, 'run.run').click();
    await untilStep(page, 4);
    for (const change of changes) expect(await said.innerText()).toContain(change);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
  }
});

test('settings that have gone on since the run are told, come back with a click, and a link holds whichever is meant', async () => {
  const { page } = await visit(query, inHaste());
  await button(page, 'run.run').click();
  await untilState(page, 'finished');
  const said = page.getByRole('region', { name: story });
  expect(await said.innerText()).not.toContain(text('viewed.since'));
  await type(page, 'temperature', '0.8');
  await said.getByText(text('viewed.since')).waitFor();
  expect(await said.innerText()).toContain('Temperature 1.4 → 0.8');

  await button(page, 'share.open').click();
  const dialog = page.locator('dialog[open]');
  const shared = async (): Promise<unknown> => {
    const link = await dialog.getByRole('textbox', { name: text('share.link') }).inputValue();
    return decodeLink(new URL(link).search, labs).configured.config['temperature'];
  };
  // What is looked at comes first.
  expect(await shared()).toBe(1.4);
  await dialog.getByRole('radio', { name: new RegExp(text('share.knobs')) }).check();
  await expect.poll(shared).toBe(0.8);
  await dialog.getByRole('button', { name: text('page.close') }).click();

  await said.getByRole('button', { name: text('runs.load') }).click();
  await expect.poll(() => field(page, 'temperature').inputValue()).toBe('1.4');
  await said.getByText(text('viewed.since')).waitFor({ state: 'detached' });
});
