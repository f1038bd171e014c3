import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultConfig } from '../../src/core/labs/configure.js';
import { labs } from '../../src/core/labs/index.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { loadLanguage, message } from '../../src/core/messages/messages.js';
import { describeRange, formatNumber } from '../../src/core/numberFormat.js';
import type { Parameter, Value } from '../../src/core/parameters.js';

await Promise.all(labs.map(({ id }) => loadLanguage('en', id)));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

const say = (value: Value): string => {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'number' ? formatNumber(value) : value;
};

function values(parameter: Parameter): string {
  if (parameter.kind === 'number') return describeRange(parameter);
  return parameter.kind === 'choice' ? parameter.options.join(', ') : 'on, off';
}

/** The parameter's default under each variant of its lab, or the one that they share. */
function defaults(lab: Lab, key: string): string {
  const { variants } = lab;
  if (!variants || key === variants.key) return say(defaultConfig(lab)[key]!);
  const each = Object.keys(variants.defaults).map((variant) => say(defaultConfig(lab, { [variants.key]: variant })[key]!));
  return new Set(each).size === 1 ? each[0]! : each.join(' / ');
}

function table(lab: Lab): string {
  const rows = lab.parameters.map((parameter) => [
    `\`${parameter.key}\``,
    message('en', `parameter.${parameter.key}`, {}, lab.id),
    values(parameter),
    defaults(lab, parameter.key),
    parameter.live ? 'yes' : '',
  ]);
  const lines = [['key', 'name', 'values', 'default', 'live'], Array<string>(5).fill('---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

test.each(labs)('the README names the lab $id and has a section of its keys', ({ id }) => {
  expect(readme).toMatch(new RegExp(`^\\| \`${id}\` \\| .+ \\|$`, 'm'));
  expect(readme).toContain(`\n### \`${id}\`\n`);
});

test.each(labs)('the README lists every config key of $id with its values and defaults', (lab) => {
  expect(readme).toContain(table(lab));
});

test.each(labs)('the README names every metric of $id', (lab) => {
  for (const { id } of lab.metrics) {
    expect(readme).toContain(id.startsWith('reward.') ? '`reward.<name>`' : `\`${id}\``);
  }
});
