import type { Values } from '../../core/messages/messages.js';
import { presetTitle } from './describe.js';
import type { Playground } from './playground.svelte.js';

type Translate = (id: string, values?: Values) => string;

/** What a browser's tab says: what is found in the run that trains first, which is seen where the page is not. */
export function pageTitle({ selected, viewedPreset, setup: { lab, title }, launcher: { live } }: Playground, t: Translate): string {
  const run = live ?? selected;
  const found = run?.findings.at(-1);
  const news = found ? [`⚠ ${t(`finding.${found.id}`)}`] : [];
  const progress = live ? [t('page.titleProgress', { step: live.status.step, steps: live.status.steps })] : [];
  return [...news, ...progress, title ?? presetTitle(lab.id, viewedPreset, t), t('page.title')].join(' · ');
}
