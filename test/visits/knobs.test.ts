import { expect, test } from 'vitest';
import { field, knob, text, visit } from '../browser/visit.js';

test('a knob’s hint makes way for the charts while a number changes, and comes back with the next hover or focus', async () => {
  const { page } = await visit('?lab=grpo&v=1');
  const hint = page.getByText(text('parameter.learningRate.hint'), { exact: true });
  const slider = knob(page, 'learningRate').getByRole('slider');
  const stays = async (there: boolean): Promise<void> => {
    await page.waitForTimeout(700);
    expect(await hint.isVisible()).toBe(there);
  };
  await slider.hover();
  await hint.waitFor();
  await page.mouse.down();
  await stays(false);
  await page.mouse.up();
  await stays(false);
  await page.mouse.move(700, 800);
  await slider.hover();
  await hint.waitFor();

  await page.mouse.move(700, 800);
  await field(page, 'learningRate').focus();
  await hint.waitFor();
  await page.keyboard.type('2e-3');
  await stays(false);
  await page.keyboard.press('Tab');
  await hint.waitFor();
  await page.keyboard.press('ArrowRight');
  await stays(false);
});
