/** What runs came to, to be read without the page: the question, what differs, the numbers, what was found, and on what it was measured. */
import type { Evidence, Finding } from '../findings/detector.js';
import type { Lab } from '../labs/lab.js';
import type { Values } from '../messages/messages.js';
import { formatNumber } from '../numberFormat.js';
import type { Config, Value } from '../parameters.js';
import type { ChangedKnob, Note } from '../protocol.js';
import { cautionsOf } from './cautions.js';
import { differenceOf, mainMetrics } from './compare.js';
import type { Block, Figure, Line, Piece } from './document.js';
import { configAt, type RunHead } from './record.js';

/** A run of a report. */
export interface ReportedRun {
  readonly head: RunHead;
  readonly name: string;
  /** What a person wrote of it: the question, where there is one. */
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
  readonly measured: (value: number) => string;
  readonly evidence: (evidence: Evidence) => Values;
  readonly note: (note: Note) => string;
}

/**
 * A report of runs of one lab, the first of which the others are told apart from.
 *
 * @param figures charts of these runs
 */
export function reportOf(lab: Lab, runs: readonly ReportedRun[], wording: Wording, figures: readonly Figure[] = []): Block[] {
  const { t } = wording;
  const heading = (id: string): Block => ({ kind: 'heading', level: 2, line: t(id) });
  return [
    { kind: 'heading', level: 1, line: runs.length === 1 ? runs[0]!.name : t('report.comparison', { count: runs.length, lab: t(`lab.${lab.id}`) }) },
    ...questions(lab, runs, wording),
    heading('report.settings'), ...settings(lab, runs, wording),
    heading('report.results'), ...results(lab, runs, wording),
    heading('report.findings'), { kind: 'list', items: runs.flatMap((run) => findings(run, runs, wording)) },
    ...(figures.length > 0 ? [heading('report.charts'), ...figures] : []),
    heading('report.measured'), provenance(runs, wording),
  ];
}

/** What was asked: a person's note, else the story of the preset; once where runs share it. */
function questions(lab: Lab, runs: readonly ReportedRun[], { t, optional }: Wording): Block[] {
  const asked = new Set<string>();
  const blocks = runs.flatMap(({ head, note }): Block[] => {
    const story = head.preset === undefined ? undefined : optional(`preset.${lab.id}.${head.preset}.story`);
    const text = note?.trim() ? note.trim() : story;
    if (text === undefined || asked.has(text)) return [];
    asked.add(text);
    return [note?.trim() ? { kind: 'quote', text } : { kind: 'paragraph', line: text }];
  });
  const links = runs.map(({ name, link }): Line => [{ text: t('report.link', { name }), href: link }]);
  return [...blocks, { kind: 'list', items: links }];
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
  const valueCell = (config: Config, key: string): string => valueText(key, config[key]!, wording);
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
      event.type === 'changed' ? [[...naming(run, runs), t('report.changed', { step: event.step, changes: changesText(lab, event.changes, wording) })]] : [],
    );
    const from: Line[] = run.head.from ? [[...naming(run, runs), t('report.fork', { step: run.head.from.step })]] : [];
    if (from.length + changes.length > 0) blocks.push({ kind: 'list', items: [...from, ...changes] });
  }
  return blocks;
}

/** The run's name before what is said of it, where there are several. */
function naming({ name }: ReportedRun, runs: readonly ReportedRun[]): Piece[] {
  return runs.length > 1 ? [{ strong: name }, ': '] : [];
}

function changesText(lab: Lab, changes: readonly ChangedKnob[], wording: Wording): string {
  const { t } = wording;
  const texts = changes.map(({ key, from, to }) => {
    const isKnob = lab.parameters.some((parameter) => parameter.key === key);
    if (!isKnob) return `${t(key)} ${t(`${key}.${from}`)} → ${t(`${key}.${to}`)}`;
    return `${t(`parameter.${key}`)} ${valueText(key, from!, wording)} → ${valueText(key, to!, wording)}`;
  });
  return texts.join(t('page.listSeparator'));
}

function valueText(key: string, value: Value, { t, optional }: Wording): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return t(value ? 'switch.on' : 'switch.off');
  return optional(`option.${key}.${value}`) ?? value;
}

/** A row a metric and run: what it came to, over seeds, and how that differs from the first run. */
function results(lab: Lab, runs: readonly ReportedRun[], wording: Wording): Block[] {
  const { t, measured } = wording;
  const [first] = runs;
  const metrics = mainMetrics(lab, runs.map(({ head }) => head));
  if (metrics.length === 0) return [{ kind: 'paragraph', line: t('report.nothingMeasured') }];
  const rows = metrics.flatMap(({ id: metric, unit }) =>
    runs.flatMap((run): Line[][] => {
      const summary = run.head.summary[metric];
      if (!summary) return [];
      const say = (value: number): string => (unit === 'rate' ? formatNumber(Number(value.toPrecision(3))) : measured(value));
      const final = known(summary.final);
      const { best } = run.head;
      const range = `${say(mean(known(summary.least)))} … ${say(mean(known(summary.most)))}`;
      return [[
        t(`metric.${metric}`),
        ...(runs.length > 1 ? [run.name, difference(run, first!, metric, say, wording)] : []),
        say(mean(final)),
        final.length > 1 ? say(deviation(final)) : '–',
        metric === lab.score(configAt(run.head)) && best ? t('report.bestAt', { score: say(best.score), step: best.step }) : '–',
        range,
      ]];
    }),
  );
  const pair = runs.length > 1 ? [t('report.run'), t('report.difference')] : [];
  const head = [t('report.metric'), ...pair, t('report.final'), t('report.sd'), t('report.best'), t('report.range')];
  const cautions = cautionsOf(lab, runs, first!, t).map((line): Block => ({ kind: 'paragraph', line }));
  return [...cautions, { kind: 'table', head, rows }, { kind: 'paragraph', line: t(runs.length > 1 ? 'report.aboutDifferences' : 'report.aboutNumbers') }];
}

/** Of the final value, to the first run, over the seeds that both have. */
function difference(run: ReportedRun, first: ReportedRun, metric: string, say: (value: number) => string, { t }: Wording): string {
  const difference = run === first ? undefined : differenceOf(run.head, first.head, metric, 'final');
  if (!difference) return '–';
  const { mean: change, band, pairs } = difference;
  if (pairs === 0) return t('report.noPairs');
  const text = `${change > 0 ? '+' : change < 0 ? '−' : ''}${say(Math.abs(change))}`;
  return pairs === 1 ? t('report.onePair', { difference: text }) : t('report.pairs', { difference: text, band: say(band), seeds: pairs });
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

/** What was measured, on what, and when. */
function provenance(runs: readonly ReportedRun[], wording: Wording): Block {
  const { t, optional, note } = wording;
  const items = runs.map((run): Line => {
    const { engine, version, seeds, step, steps, state, created, notes } = run.head;
    const name = engine && (optional(`option.engine.${engine.id}`) ?? engine.id);
    const parts = [
      t(`status.${state}`),
      t('report.steps', { step, steps }),
      t(seeds.length === 1 ? 'report.seed' : 'report.seeds', { count: seeds.length, seeds: seeds.join(', ') }),
      ...(name ? [t('report.engine', { engine: engine.adapter ? `${name} (${engine.adapter})` : name })] : []),
      t('report.version', { version }),
      new Date(created).toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
      ...(run.recorded === undefined ? [] : [t('report.recorded', { file: run.recorded })]),
      ...notes.map(note),
    ];
    return [...naming(run, runs), parts.join(' · ')];
  });
  return { kind: 'list', items };
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample (n − 1). */
function deviation(values: readonly number[]): number {
  const average = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1));
}
