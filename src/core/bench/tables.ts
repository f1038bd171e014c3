import type { Values } from '../messages/messages.js';
import { baseCase, caseKey, growthCases, supervisedCase, supervisedSize, type BenchCase } from './cases.js';
import type { Measurement } from './measurement.js';

export interface Table {
  readonly title: string;
  /** How to read it. */
  readonly hint: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type Translate = (id: string, values?: Values) => string;

/** What the others' times are divided by. */
const references = ['reference-wasm', 'PyTorch'];
const absent = '–';

/**
 * All that was measured, worded: every case and engine, the GPU's kernels, how the time grows, and whether the same model was trained.
 * Tables and columns that would be empty are left out.
 *
 * @param peak GFLOP/s of a plain SIMD matrix product, where it was measured
 */
export function benchTables(measurements: readonly Measurement[], peak: number | undefined, t: Translate): Table[] {
  const tables = [
    stepTable(measurements, peak, t),
    kernelTable(measurements, t),
    growthTable(measurements, t),
    lossTable(measurements, t),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/** As GitHub's Markdown has it, columns aligned for people who read it as it is. */
export function markdown({ headings, rows }: Table): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(headings), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

function stepTable(measurements: readonly Measurement[], peak: number | undefined, t: Translate): Table {
  const find = finder(measurements);
  const ratio = (reference: string) => (own: Measurement): string | undefined => {
    const other = find(own.benchCase, reference);
    return other && (own.ms / other.ms).toFixed(2);
  };
  const columns: [heading: string, cell: (own: Measurement) => string | undefined][] = [
    [t('bench.column.case'), ({ benchCase }) => caseName(benchCase, t)],
    [t('bench.column.size'), ({ benchCase }) => caseSize(benchCase)],
    [t('bench.column.engine'), ({ engine }) => engine],
    [t('bench.column.ms'), ({ ms }) => shown(ms)],
    [t('bench.column.fastest'), ({ fastest }) => shown(fastest)],
    [t('bench.column.length'), ({ responseLength }) => responseLength?.toFixed(1)],
    [t('bench.column.tokens'), ({ tokens, ms }) => Math.round((tokens / ms) * 1000).toLocaleString('en')],
    [t('bench.column.gflops'), ({ flops, ms }) => shown(flops / ms / 1e6)],
    [t('bench.column.peak'), ({ flops, ms, dispatches }) =>
      peak === undefined || dispatches !== undefined ? undefined : `${Math.round(flops / ms / 1e4 / peak)} %`],
    [t('bench.column.dispatches'), ({ dispatches }) => dispatches?.toFixed(0)],
    [t('bench.column.javascript'), ({ javascriptMs }) => (javascriptMs === undefined ? undefined : shown(javascriptMs))],
    ...references.map((id): (typeof columns)[number] => [t('bench.column.ratio', { engine: id }), ratio(id)]),
  ];
  const used = columns.filter(([, cell]) => measurements.some((own) => cell(own) !== undefined));
  return {
    title: t('bench.table.steps'),
    hint: t('bench.table.steps.hint'),
    headings: used.map(([heading]) => heading),
    rows: measurements.map((own) => used.map(([, cell]) => cell(own) ?? absent)),
  };
}

/** ms a step that each kernel took, the slowest kernel of all cases first. */
function kernelTable(measurements: readonly Measurement[], t: Translate): Table {
  const timed = measurements.flatMap(({ benchCase, kernels }) => (kernels ? [{ benchCase, kernels }] : []));
  const sums = new Map<string, number>();
  for (const { kernel, ms } of timed.flatMap(({ kernels }) => kernels)) sums.set(kernel, (sums.get(kernel) ?? 0) + ms);
  const names = [...sums].sort(([, a], [, b]) => b - a).map(([kernel]) => kernel);
  return {
    title: t('bench.table.kernels'),
    hint: t('bench.table.kernels.hint'),
    headings: [
      t('bench.column.case'),
      t('bench.column.size'),
      ...names.map((kernel) => t(`bench.kernel.${kernel}`)),
      t('bench.column.allKernels'),
    ],
    rows: timed.map(({ benchCase, kernels }) => [
      caseName(benchCase, t),
      caseSize(benchCase),
      ...names.map((name) => {
        const own = kernels.find(({ kernel }) => kernel === name);
        return own ? shown(own.ms) : absent;
      }),
      shown(kernels.reduce((sum, { ms }) => sum + ms, 0)),
    ]),
  };
}

function caseName(benchCase: BenchCase, t: Translate): string {
  if (benchCase.kind !== 'grpo') return t(`bench.case.${benchCase.kind}`);
  const { task, maxResponseLength: most } = benchCase;
  return most === undefined ? task : t('bench.case.shorter', { task, most });
}

function caseSize(benchCase: BenchCase): string {
  if (benchCase.kind === 'supervised') return `${supervisedSize.sequences} × ${supervisedSize.length}`;
  return benchCase.kind === 'grpo' ? `n ${benchCase.rolloutN}, R ${benchCase.replicas}` : `R ${benchCase.replicas}`;
}

/** ms a step of the fastest round, and how much that is of a growth in proportion to the work, from the base case on. */
function growthTable(measurements: readonly Measurement[], t: Translate): Table {
  const find = finder(measurements);
  const engines = [...new Set(measurements.map(({ engine }) => engine))].filter((engine) => find(baseCase, engine));
  const rows = growthCases.flatMap((benchCase): string[][] => {
    const found = engines.map((engine) => find(benchCase, engine));
    if (!found.some(Boolean)) return [];
    const cells = found.map((own, i) => {
      if (!own) return absent;
      const base = find(baseCase, engines[i]!)!;
      const share = own.fastest / own.flops / (base.fastest / base.flops);
      return `${shown(own.fastest)} (${share.toFixed(2)})`;
    });
    const { replicas, rolloutN, maxResponseLength } = benchCase;
    return [[String(replicas), String(rolloutN), maxResponseLength === undefined ? '20' : String(maxResponseLength), ...cells]];
  });
  return {
    title: t('bench.table.growth'),
    hint: t('bench.table.growth.hint'),
    headings: [t('bench.column.replicas'), t('bench.column.n'), t('bench.column.most'), ...engines],
    rows: rows.length > 1 ? rows : [],
  };
}

function lossTable(measurements: readonly Measurement[], t: Translate): Table {
  const own = measurements.filter(({ benchCase }) => caseKey(benchCase) === caseKey(supervisedCase));
  return {
    title: t('bench.table.loss'),
    hint: t('bench.table.loss.hint'),
    headings: own.map(({ engine }) => engine),
    rows: own.length === 0 ? [] : [own.map(({ firstLoss }) => firstLoss?.toFixed(4) ?? absent)],
  };
}

function finder(measurements: readonly Measurement[]): (benchCase: BenchCase, engine: string) => Measurement | undefined {
  const byKey = new Map(measurements.map((own) => [`${caseKey(own.benchCase)} ${own.engine}`, own]));
  return (benchCase, engine) => byKey.get(`${caseKey(benchCase)} ${engine}`);
}

/** Three significant digits, without an exponent. */
function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
