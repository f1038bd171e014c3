/** What runs came to, to be read without the page: the result, what differs, the numbers, what was found, and on what it was measured. */
import type { Evidence, Finding } from '../findings/detector.js';
import type { Lab } from '../labs/lab.js';
import type { Values } from '../messages/messages.js';
import type { Config } from '../parameters.js';
import type { Note } from '../protocol.js';
import { changeText, valueText } from '../valueText.js';
import { cautionsOf } from './cautions.js';
import { differenceOf, judge, mainMetrics, scoreOf, spreadOf } from './compare.js';
import type { Block, Figure, Line, Piece } from './document.js';
import { differenceText, metricText, nothing, spreadText } from './numbers.js';
import type { RunHead } from './record.js';
import { verdictText } from './verdictText.js';

/** A run of a report. */
export interface ReportedRun {
  readonly head: RunHead;
  readonly name: string;
  /** What a person wrote of it. */
  readonly note?: string | undefined;
  /** Address that trains it again. */
  readonly link: string;
  /** The file that it came in, where it was not trained here. */
  readonly recorded?: string | undefined;
}

/** How things are said in a language. */
export interface Wording {
  readonly t: (id: string, values?: Values) => string;
  /** The text of a message that may not exist. */
  readonly optional: (id: string, values?: Values) => string | undefined;
  readonly evidence: (evidence: Evidence) => Values;
  readonly note: (note: Note) => string;
}

/** Names that a title has room for. */
const mostNamed = 3;

/**
 * A report of runs of one lab, the first of which the others are told apart from: what came of it before how it was done.
 *
 * @param figures charts of these runs
 */
export function reportOf(lab: Lab, runs: readonly ReportedRun[], wording: Wording, figures: readonly Figure[] = []): Block[] {
  const { t } = wording;
  const heading = (id: string): Block => ({ kind: 'heading', level: 2, line: t(id) });
  return [
    { kind: 'heading', level: 1, line: titleOf(lab, runs, wording) },
    ...outcomes(lab, runs, wording),
    ...cautionsOf(lab, runs, runs[0]!, t).map((line): Block => ({ kind: 'paragraph', line })),
    ...remarks(runs),
    heading('report.settings'), ...settings(lab, runs, wording),
    heading('report.results'), ...results(lab, runs, wording),
    ...(figures.length > 0 ? [heading('report.charts'), ...figures] : []),
    heading('report.findings'), { kind: 'list', items: runs.flatMap((run) => findings(run, runs, wording)) },
    heading('report.again'), { kind: 'list', items: runs.map(({ head, name, link }): Line => [{ text: t(head.from ? 'report.linkOfFork' : 'report.link', { name }), href: link }]) },
    heading('report.measured'), provenance(runs, wording),
  ];
}

function titleOf(lab: Lab, runs: readonly ReportedRun[], { t }: Wording): string {
  const names = runs.map(({ name }) => name);
  if (names.length === 1) return names[0]!;
  if (names.length <= mostNamed) return t('report.comparison', { names: names.join(t('page.listSeparator')) });
  return t('report.comparisonOfMany', { count: names.length, lab: t(`lab.${lab.id}`) });
}

function outcomes(lab: Lab, runs: readonly ReportedRun[], wording: Wording): Block[] {
  const lines = runs.map((run) => outcome(lab, run, runs, wording));
  return lines.length > 1 ? [{ kind: 'list', items: lines }] : lines.map((line) => ({ kind: 'paragraph', line }));
}

/** What a run came to, in a sentence or two: its score, and how it ended beside the first. */
function outcome(lab: Lab, run: ReportedRun, runs: readonly ReportedRun[], wording: Wording): Line {
  const { t } = wording;
  const { head } = run;
  const [first] = runs;
  const metric = lab.metrics.find(({ id }) => id === scoreOf(head))!;
  const final = spreadOf(head, metric.id, 'final');
  if (!final) return [...naming(run, runs), t('report.nothingMeasured')];
  const values = { metric: t(`metric.${metric.id}`), final: spreadText(metric, final, t) };
  const best = head.best && t('report.outcomeBest', { score: metricText(metric, head.best.score), step: head.best.step });
  const effect = run === first ? undefined : judge(head, first!.head);
  const verdict = effect && t('report.outcomeVerdict', { base: first!.name, verdict: verdictText(effect, t) });
  return [...naming(run, runs), [t('report.outcome', values), best, verdict].filter((part) => part !== undefined).join('')];
}

/** What people wrote of the runs. */
function remarks(runs: readonly ReportedRun[]): Block[] {
  return runs.flatMap(({ name, note }): Block[] =>
    note?.trim() ? [{ kind: 'quote', text: note.trim(), ...(runs.length > 1 && { of: name }) }] : [],
  );
}

/** The knobs in which runs differ from their preset or from each other, and what changed as they trained. */
function settings(lab: Lab, runs: readonly ReportedRun[], wording: Wording): Block[] {
  const { t } = wording;
  const [first] = runs;
  const samePreset = runs.every(({ head }) => head.preset === first!.head.preset);
  const differing = lab.parameters.filter(({ key }) =>
    runs.some(({ head }) => head.config[key] !== head.base[key] || head.config[key] !== first!.head.config[key]),
  );
  const title = ({ preset }: RunHead): string => (preset === undefined ? t('page.custom') : t(`preset.${lab.id}.${preset}`));
  const knobCell = (key: string): Line => [`${t(`parameter.${key}`)} `, { code: key }];
  const valueCell = (config: Config, key: string): string => valueText(key, config[key]!, wording.t);
  const blocks: Block[] = [];
  if (differing.length === 0) blocks.push({ kind: 'paragraph', line: t('report.asPreset', { preset: title(first!.head) }) });
  else {
    const base: Line[] = samePreset ? [t('report.preset', { preset: title(first!.head) })] : [];
    blocks.push({
      kind: 'table',
      head: [t('report.setting'), ...base, ...runs.map(({ name }) => name)],
      rows: [
        ...(samePreset ? [] : [[t('page.preset'), ...runs.map(({ head }) => title(head))]]),
        ...differing.map(({ key }) => [knobCell(key), ...(samePreset ? [valueCell(first!.head.base, key)] : []), ...runs.map(({ head }) => valueCell(head.config, key))]),
      ],
    });
  }
  for (const run of runs) {
    const changes = run.head.events.flatMap((event): Line[] =>
      event.type === 'changed' ? [[...naming(run, runs), t('report.changed', { step: event.step, changes: event.changes.map((change) => changeText(lab, change, t)).join(t('page.listSeparator')) })]] : [],
    );
    const from: Line[] = run.head.from ? [[...naming(run, runs), beginning(run.head.from, runs, wording)]] : [];
    if (from.length + changes.length > 0) blocks.push({ kind: 'list', items: [...from, ...changes] });
  }
  return blocks;
}

/** The run that another began with, by its name where it is told of. */
function beginning({ run, step }: NonNullable<RunHead['from']>, runs: readonly ReportedRun[], { t }: Wording): string {
  const parent = runs.find(({ head }) => head.id === run);
  return parent ? t('report.forkOf', { step, run: parent.name }) : t('report.fork', { step });
}

/** The run's name before what is said of it, where there are several. */
function naming({ name }: ReportedRun, runs: readonly ReportedRun[]): Piece[] {
  return runs.length > 1 ? [{ strong: name }, ': '] : [];
}

/** A row a metric and run: what it came to, over seeds, and how that differs from the first run. */
function results(lab: Lab, runs: readonly ReportedRun[], wording: Wording): Block[] {
  const { t } = wording;
  const [first] = runs;
  const metrics = mainMetrics(lab, runs.map(({ head }) => head));
  if (metrics.length === 0) return [{ kind: 'paragraph', line: t('report.nothingMeasured') }];
  const rows = metrics.flatMap((metric) =>
    runs.flatMap(({ head, name }, i): Line[][] => {
      const [final, best, least, most] = (['final', 'best', 'least', 'most'] as const).map((place) => spreadOf(head, metric.id, place));
      if (!final) return [];
      const say = (value: number): string => metricText(metric, value);
      const difference = i === 0 ? undefined : differenceOf(head, first!.head, metric.id, 'final');
      return [[
        t(`metric.${metric.id}`),
        ...(runs.length > 1 ? [name, difference ? differenceText(metric, difference, t, 'report') : nothing] : []),
        say(final.mean),
        Number.isNaN(final.sd) ? nothing : say(final.sd),
        best ? t('report.bestAt', { score: say(best.mean), step: head.best!.step }) : nothing,
        `${say(least!.mean)} … ${say(most!.mean)}`,
      ]];
    }),
  );
  const pair = runs.length > 1 ? [t('report.run'), t('report.difference', { base: first!.name })] : [];
  const head = [t('report.metric'), ...pair, t('report.final'), t('report.sd'), t('report.best'), t('report.range')];
  return [{ kind: 'table', head, rows }, { kind: 'paragraph', line: t(runs.length > 1 ? 'report.aboutDifferences' : 'report.aboutNumbers') }];
}

function findings(run: ReportedRun, runs: readonly ReportedRun[], wording: Wording): Line[] {
  const { findings: found, step, seeds } = run.head;
  const told = found.map((finding) => findingPieces(finding, seeds.length, wording));
  const lines = told.length > 0 ? told : [[wording.t('report.noFinding', { step })]];
  return lines.map((pieces) => [...naming(run, runs), ...pieces]);
}

function findingPieces({ id, step, severity, replicas, evidence }: Finding, seeds: number, { t, optional, evidence: values }: Wording): Piece[] {
  const numbers = values(evidence);
  const told = optional(`finding.${id}.${evidence.variant}.evidence`, numbers) ?? t(`finding.${id}.evidence`, numbers);
  const where = t('report.found', { severity: t(`severity.${severity}`), step, seen: replicas.length, seeds });
  return [{ strong: t(`finding.${id}`) }, ` ${where} ${told}`];
}

/** What was measured, on what, and when; what several runs note once, with their names where it is not all of them. */
function provenance(runs: readonly ReportedRun[], wording: Wording): Block {
  const { t, note } = wording;
  const items = runs.map((run): Line => {
    const { engine, version, seeds, step, steps, state, created } = run.head;
    const name = engine && valueText('engine', engine.id, t);
    const parts = [
      t(`status.${state}`),
      t('report.steps', { step, steps }),
      t('report.seeds', { count: seeds.length, seeds: seeds.join(', ') }),
      ...(name ? [t('report.engine', { engine: engine.adapter ? `${name} (${engine.adapter})` : name })] : []),
      t('report.version', { version }),
      new Date(created).toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
      ...(run.recorded === undefined ? [] : [t('report.recorded', { file: run.recorded })]),
    ];
    return [...naming(run, runs), parts.join(' · ')];
  });
  const noted = runs.map(({ head }) => head.notes.map(note));
  const notes = [...new Set(noted.flat())].map((text): Line => {
    const of = runs.filter((_, i) => noted[i]!.includes(text));
    return of.length === runs.length ? text : [{ strong: of.map(({ name }) => name).join(t('page.listSeparator')) }, `: ${text}`];
  });
  return { kind: 'list', items: [...items, ...notes] };
}
