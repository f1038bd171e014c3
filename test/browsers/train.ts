import { inject } from 'vitest';
import { labs } from '../../src/core/labs/index.js';
import { hasMessage, loadLanguage, message } from '../../src/core/messages/messages.js';
import { call, type Driver } from './driver.js';

/** What a run has left on the page. */
export interface Trained {
  /** The status line, as it is read. */
  readonly status: string;
  /** From the press on *Run* to the end, s. */
  readonly seconds: number;
  /** The values that the charts' menus save, as written: 'step replica metric' → digits. */
  readonly values: ReadonlyMap<string, string>;
}

await Promise.all(labs.map(({ id }) => loadLanguage('en', id)));

/** The English text of a message; a test that asks for one that does not exist is wrong. */
export function text(id: string): string {
  if (!hasMessage('en', id, 'grpo')) throw new Error(`there is no message '${id}'`);
  return message('en', id, {}, 'grpo');
}

const address = (query: string): string => `${inject('address')}?lang=en&v=1&${query}`;

/** Has the browser remember, as a visitor may choose, that runs take no longer than they must. */
export async function hasten(driver: Driver): Promise<void> {
  await driver.open(`${inject('address')}icon.svg`);
  await call(driver, () => localStorage.setItem('pace', '0'));
  // A picture's address is no page: the browser asks for an icon that is not there.
  await driver.takeWrongs();
}

/** Opens the page with a link's query, such as `lab=grpo&engine=cpu`, presses *Run* and waits for the end. */
export async function train(driver: Driver, query: string): Promise<Trained> {
  await driver.open(address(query));
  const states = ['finished', 'failed', 'stopped'].map((state) => text(`status.${state}`));
  const seconds = await call(driver, runToTheEnd, text('run.run'), states);
  const status = await call(driver, readStatus, text('status.label'));
  const tables = await call(driver, saveTables, text('chart.table'));
  return { status, seconds, values: new Map(tables.flatMap(readTable)) };
}

/**
 * In the page: presses *Run* once it is there; gives the seconds until the run has come to an end, or until 50 s are over,
 * so that the status line can tell what it was about.
 */
async function runToTheEnd(run: string, ends: string[]): Promise<number> {
  const until = async (condition: () => boolean | undefined): Promise<void> => {
    while (!condition() && performance.now() < 50_000) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const button = (): HTMLElement | undefined => [...document.querySelectorAll('button')].find(({ innerText }) => innerText.trim() === run);
  await until(() => button() !== undefined);
  const start = performance.now();
  button()!.click();
  // Until then the page may tell of a run that it trained before.
  await until(() => button() === undefined);
  await until(() => [...document.querySelectorAll('[role=status]')].some(({ textContent }) => ends.some((end) => textContent.includes(end))));
  return (performance.now() - start) / 1000;
}

/** In the page: the text of the status line, with what opens in it. */
function readStatus(label: string): string {
  return document.querySelector(`section[aria-label="${label}"]`)!.textContent;
}

/** In the page: has each chart's menu save its values, and gives the files instead of storing them. */
function saveTables(item: string): Promise<string[]> {
  const files: Blob[] = [];
  const { createObjectURL } = URL;
  const { click } = HTMLAnchorElement.prototype;
  URL.createObjectURL = (file: Blob) => {
    files.push(file);
    return createObjectURL(file);
  };
  HTMLAnchorElement.prototype.click = () => undefined;
  for (const menu of document.querySelectorAll<HTMLElement>('[popover]')) {
    const save = [...menu.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === item);
    if (!save) continue;
    menu.showPopover();
    save.click();
  }
  URL.createObjectURL = createObjectURL;
  HTMLAnchorElement.prototype.click = click;
  return Promise.all(files.map((file) => file.text()));
}

/** The cells of a saved table that hold a value; its columns are run, step, replica and metrics. */
function readTable(table: string): [string, string][] {
  const [head, ...lines] = table.trim().split('\n');
  const metrics = head!.split(',').slice(3);
  return lines.flatMap((line) => {
    const [step, replica, ...cells] = line.replace(/^"(?:[^"]|"")*",/, '').split(',');
    return metrics.map((metric, column): [string, string] => [`${step} ${replica} ${metric}`, cells[column]!]).filter(([, cell]) => cell !== '');
  });
}
