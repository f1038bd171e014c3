import type { Lab, Preset } from '../../core/labs/lab.js';
import { changedKeys, type Config } from '../../core/parameters.js';
import type { ChangedKnob } from '../../core/protocol.js';
import { spreadOf } from '../../core/run/compare.js';
import type { Values } from '../../core/messages/messages.js';
import type { Course } from '../../core/run/progress.js';
import { baselineColor, type ChartMark, type ChartRun } from '../charts/chartRun.js';
import { formatMeasured } from '../../core/numberFormat.js';
import { changeText, settingText, turnText } from '../../core/valueText.js';
import type { Playground } from './playground.svelte.js';
import type { Run, RunOrigin, RunRecipe } from './run.svelte.js';

type Translate = (id: string, values?: Values) => string;

export function presetTitle(lab: string, preset: Preset | undefined, t: Translate): string {
  return preset ? t(`preset.${lab}.${preset.id}`) : t('page.custom');
}

/** A run's preset and what differs from it: `Entropy collapse`, `Replicas 3`. */
function recipeParts(lab: Lab, { preset, base, config }: RunRecipe, t: Translate): string[] {
  const changes = changedKeys(lab.parameters, config, base).map((key) => settingText(key, config[key]!, t));
  return [presetTitle(lab.id, preset, t), ...changes];
}

/** The same and where it started from. */
function originParts(origin: RunOrigin, t: Translate): string[] {
  const { lab, from } = origin;
  return [...recipeParts(lab, origin, t), ...(from ? [t('runs.fromStep', { step: from.step })] : [])];
}

/** `Entropy collapse · Replicas 3` */
export function recipeName(lab: Lab, recipe: RunRecipe, t: Translate): string {
  return recipeParts(lab, recipe, t).join(' · ');
}

/** What the names of several runs have in common. */
export function sharedParts(runs: readonly Run[], t: Translate): string[] {
  const [first, ...others] = runs.map((run) => originParts(run.origin, t));
  if (!first || others.length === 0) return [];
  return first.filter((part) => others.every((parts) => parts.includes(part)));
}

/** Equal where runs started from the same: kept, since lists of hundreds ask for it again and again. */
const startKeys = new WeakMap<RunOrigin, string>();
function startKey(origin: RunOrigin): string {
  const { lab, preset, base, config, from } = origin;
  const known = startKeys.get(origin);
  if (known !== undefined) return known;
  const changes = changedKeys(lab.parameters, config, base).map((key) => [key, config[key]]);
  const key = JSON.stringify([preset?.id, changes, from?.step]);
  startKeys.set(origin, key);
  return key;
}

/**
 * A run's name among `runs`: what a person called it, else where it started from, and its number if another started from
 * the same. `shared` are parts that need not be said.
 */
export function runLabel(run: Run, runs: readonly Run[], t: Translate, shared: readonly string[] = []): string {
  return run.label.name ?? startLabel(run, runs, t, shared);
}

/** The name of a run that nobody has called anything. */
export function startLabel(run: Run, runs: readonly Run[], t: Translate, shared: readonly string[] = []): string {
  const parts = originParts(run.origin, t);
  const told = parts.filter((part) => !shared.includes(part));
  const name = (told.length > 0 ? told : parts.slice(0, 1)).join(' · ');
  const key = startKey(run.origin);
  const alike = runs.some((other) => other !== run && startKey(other.origin) === key);
  return alike ? t('runs.numbered', { name, number: run.origin.number }) : name;
}

/** How a run is, as far as this page knows. */
export function stateText({ elsewhere, status }: Run, t: Translate): string {
  return t(elsewhere ? 'status.elsewhere' : `status.${status.state}`);
}

/** `Validation answer: best 0.68, end 0.64`; nothing before the first validation, or without any. */
export function scoreText({ best, config, head, live, origin }: Run, t: Translate): string {
  const score = origin.lab.score(config);
  const now = spreadOf(head, score, 'final');
  if (!best || !now) return '';
  const values = { metric: t(`metric.${score}`), best: formatMeasured(best.score), now: formatMeasured(now.mean) };
  return t(live ? 'shelf.scoreLive' : 'shelf.scoreEnd', values);
}

/** What takes one config to another: `Temperature 1 → 1.4 · Replicas 1 → 5`; no more than so many, and how many more there are. */
export function describeChange({ parameters }: Lab, from: Config, to: Config, t: Translate, most = Infinity): string {
  const changes = changedKeys(parameters, to, from).map((key) => turnText(key, from[key]!, to[key]!, t));
  const more = changes.length - most;
  return [...changes.slice(0, most), ...(more > 0 ? [t('viewed.more', { count: more })] : [])].join(' · ');
}

/** `Learning rate 1e-3 → 3e-3`, `Training phase RCE → GRPO` */
export function describeLiveChange(run: Run, changes: readonly ChangedKnob[], t: Translate): string {
  return changes.map((change) => changeText(run.origin.lab, change, t)).join(' · ');
}

/** What is marked on its curves: live changes and the fork on all charts, findings on those they are seen in. */
function marksOf(run: Run, t: Translate): ChartMark[] {
  const { lab, from } = run.origin;
  const marks: ChartMark[] = [];
  if (from) marks.push({ step: from.step, kind: 'fork', label: t('runs.fromStep', { step: from.step }) });
  for (const { step, changes } of run.changes) {
    marks.push({ step, kind: 'change', label: describeLiveChange(run, changes, t) });
  }
  for (const { id, step, severity } of run.findings) {
    const { metrics } = lab.detectors.find((detector) => detector.id === id)!;
    marks.push({ step, kind: 'finding', severity, metrics, label: t(`finding.${id}`) });
  }
  if (run.best) {
    const { step, score: value } = run.best;
    const metric = lab.score(run.config);
    const improved = step > (from?.step ?? 0);
    const place = { step, value, metrics: [metric] };
    if (improved) marks.push({ ...place, kind: 'best', label: t('runs.bestMark', { score: formatMeasured(value) }) });
    else if (!run.live) marks.push({ ...place, kind: 'start', label: t(run.series.points(metric) > 1 ? 'runs.bestAtStart' : 'runs.bestOnce') });
  }
  return marks;
}

/** The run that another was forked from, where it is on the shelf, with those before it. */
function parentOf({ head }: Run, runs: readonly Run[], known: readonly string[] = [head.id]): Course | undefined {
  const parent = runs.find(({ id }) => id === head.from?.run && !known.includes(id));
  return parent && { head: parent.head, series: parent.series, parent: parentOf(parent, runs, [...known, parent.id]) };
}

/** The runs on the charts, the one in the foreground last. */
export function chartRuns({ labRuns, comparable, selected, baseline }: Pick<Playground, 'labRuns' | 'comparable' | 'selected' | 'baseline'>, t: Translate): ChartRun[] {
  const parts = comparable.map((run) => originParts(run.origin, t));
  // There is little room beside a line: what all have in common is left out.
  const shared = parts.length > 1 ? parts[0]!.filter((part) => parts.every((others) => others.includes(part))) : [];
  return comparable
    .map((run) => ({
      id: run.id,
      label: runLabel(run, labRuns, t, shared),
      color: run === baseline ? baselineColor : run.color,
      current: run === selected,
      baseline: run === baseline,
      live: run.live,
      head: run.head,
      series: run.series,
      parent: parentOf(run, labRuns),
      version: run.version,
      marks: marksOf(run, t),
    }))
    .sort((a, b) => Number(a.current) - Number(b.current));
}
