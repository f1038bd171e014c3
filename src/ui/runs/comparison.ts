import type { Values } from '../../core/messages/messages.js';
import type { Metric } from '../../core/metrics.js';
import type { Parameter, Value } from '../../core/parameters.js';
import { differenceOf, differingKnobs, findingsOf, judge, mainMetrics, scoreOf, spreadOf, type KnobCourse, type Place } from '../../core/run/compare.js';
import type { Block } from '../../core/run/document.js';
import { toMarkdown } from '../../core/run/markdown.js';
import { differenceText, nothing, spreadText } from '../../core/run/numbers.js';
import { verdictText } from '../../core/run/verdictText.js';
import { valueText } from '../../core/valueText.js';
import { stateText } from '../state/describe.js';
import type { Run } from '../state/run.svelte.js';

type Translate = (id: string, values?: Values) => string;

export interface Cell {
  readonly text: string;
  /** To the baseline. */
  readonly difference?: string;
}

/** Cells one a run. */
export interface Row {
  readonly label: string;
  readonly cells: readonly Cell[];
}

export interface Section {
  readonly id: 'runs' | 'settings' | 'results' | 'findings';
  readonly rows: readonly Row[];
  /** What is said where there are no rows. */
  readonly none: string;
}

/** Of a column that tells a metric. */
export function placeText(metric: Metric, place: Place, t: Translate): string {
  return t(`shelf.place.${place}`, { metric: t(`metric.${metric.id}`) });
}

/** Runs of one lab side by side, in words: what they are, in what they differ, what they came to, what was found. */
export function comparisonOf(runs: readonly Run[], base: Run | undefined, t: Translate): Section[] {
  const [first] = runs;
  if (!first) return [];
  const { lab } = first.origin;
  const heads = runs.map(({ head }) => head);
  const row = (label: string, text: (run: Run, i: number) => string | undefined): Row =>
    ({ label, cells: runs.map((run, i) => ({ text: text(run, i) ?? nothing })) });
  const told = (rows: readonly Row[]): Row[] => rows.filter(({ cells }) => cells.some(({ text }) => text !== nothing));

  const settings = differingKnobs(lab, heads).map(({ parameter, courses }) =>
    row(t(`parameter.${parameter.key}`), (_, i) => courses[i] && courseText(parameter, courses[i], t)));
  const score = base && mainMetrics(lab, [base.head]).find(({ id }) => id === scoreOf(base.head));
  const verdict = score && row(t('compare.verdict', { metric: t(`metric.${score.id}`) }), ({ head }) => {
    if (head.id === base.id) return t('shelf.baseline');
    const effect = judge(head, base.head);
    return effect && verdictText(effect, t);
  });
  const results = mainMetrics(lab, heads).flatMap((metric) => {
    const judged = heads.some((head) => scoreOf(head) === metric.id);
    const shown: readonly Place[] = judged ? ['final', 'best'] : ['final', 'most', 'least'];
    return shown.map((place): Row => ({
      label: placeText(metric, place, t),
      cells: runs.map(({ head }) => {
        const difference = base && head.id !== base.id ? differenceOf(head, base.head, metric.id, place) : undefined;
        return {
          text: spreadText(metric, spreadOf(head, metric.id, place), t),
          ...(difference && { difference: differenceText(metric, difference, t) }),
        };
      }),
    }));
  });
  const findings = findingsOf(heads).map(({ id, findings: found }) =>
    row(t(`finding.${id}`), ({ replicas: seeds }, i) => {
      const finding = found[i];
      return finding && t(seeds === 1 ? 'compare.foundAlone' : 'compare.found', { step: finding.step, seen: finding.replicas.length, seeds });
    }));
  return [
    {
      id: 'runs',
      rows: [
        row(t('compare.state'), (run) => t('compare.progress', { state: stateText(run, t), step: run.status.step, steps: run.status.steps })),
        row(t('compare.seeds'), ({ head: { seeds } }) => seedsText(seeds)),
        ...told([
          row(t('compare.engine'), ({ head: { engine } }) => engine && valueText('engine', engine.id, t)),
          row(t('compare.recorded'), ({ label: { recorded } }) => recorded),
          row(t('compare.from'), ({ head: { from } }) => from && t('runs.step', { step: from.step })),
          row(t('compare.note'), ({ label: { note } }) => note),
        ]),
      ],
      none: nothing,
    },
    { id: 'settings', rows: settings, none: t('compare.sameSettings') },
    { id: 'results', rows: [...(verdict ? [verdict] : []), ...results], none: t('compare.nothingMeasured') },
    { id: 'findings', rows: findings, none: t('compare.nothingFound') },
  ];
}

/** `0 – 4` */
function seedsText(seeds: readonly number[]): string {
  const inOrder = seeds.every((seed, i) => seed === seeds[0]! + i);
  return inOrder && seeds.length > 1 ? `${seeds[0]!} – ${seeds.at(-1)!}` : seeds.join(', ');
}

/** `1e-3 → 3e-4 (from step 60)` */
function courseText(parameter: Parameter, { start, changes }: KnobCourse, t: Translate): string {
  const value = (each: Value): string => valueText(parameter.key, each, t);
  return [value(start), ...changes.map(({ step, to }) => t('compare.changedTo', { value: value(to), step }))].join(' → ');
}

/** The same as Markdown: what has to be known first, then one table below each title, names in the head of each. */
export function comparisonMarkdown(sections: readonly Section[], names: readonly string[], cautions: readonly string[], about: string, t: Translate): string {
  const cellText = ({ text, difference }: Cell): string => (difference === undefined ? text : `${text} (${difference})`);
  const blocks = sections.flatMap(({ id, rows, none }): Block[] => [
    { kind: 'heading', level: 3, line: t(`compare.${id}`) },
    rows.length === 0
      ? { kind: 'paragraph', line: none }
      : { kind: 'table', head: [t('compare.run'), ...names], rows: rows.map(({ label, cells }) => [label, ...cells.map(cellText)]) },
  ]);
  const first = cautions.map((line): Block => ({ kind: 'paragraph', line }));
  return toMarkdown([...first, ...blocks, { kind: 'paragraph', line: about }], 'none').trimEnd();
}
