import { expect, test } from 'vitest';
import { button, text, untilState, visit } from '../browser/visit.js';

const own = (id: string, values?: Parameters<typeof text>[1]): string => text(id, values, 'en', 'biencoder');

test('a run shows what queries find, similarities in numbers, and both sentences of a cell of the matrix', async () => {
  const { page } = await visit('?lab=biencoder&preset=tied-heads&engine=cpu');
  await button(page, 'run.run').click();
  await untilState(page, 'finished', 120_000);
  await page.getByRole('region', { name: text('findings.title') }).getByText(own('finding.twin-confusion'), { exact: true }).waitFor();

  const found = page.getByRole('region', { name: own('retrievals.title') });
  const item = own('retrievals.item');
  await found.getByText(own('inspect.position', { item, index: 1, count: 192 })).waitFor();
  expect(await found.getByRole('list').last().getByRole('listitem').count()).toBe(5);
  await found.getByRole('button', { name: own('retrievals.nextWrong') }).click();
  await found.getByText(/^query (?!1 )\d+ of 192$/).waitFor();
  await found.getByText(own('relation.twin'), { exact: true }).first().waitFor();

  const matrix = page.getByRole('region', { name: own('matrix.title') });
  await matrix.getByRole('button', { name: own('matrix.training') }).click();
  const cells = matrix.getByRole('slider', { name: own('matrix.explore') });
  await cells.focus();
  await page.keyboard.press('ArrowRight');
  expect(await cells.getAttribute('aria-valuetext')).toMatch(/^−?\d\.\d\d · .+\. Query, (for|against) · .+: Document, .+:$/);

  const histogram = page.getByRole('region', { name: own('histogram.title') });
  expect(await histogram.getByRole('slider').getAttribute('aria-valuemax')).toBe('40');
  const map = page.getByRole('region', { name: own('map.title') });
  await map.getByRole('button', { name: own('map.by.stance') }).click();
  await map.getByText(own('map.documents.against'), { exact: true }).waitFor();
});
