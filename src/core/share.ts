import { configure, defaultConfig, type Configured } from './labs/configure.js';
import type { Lab } from './labs/lab.js';
import { nearest } from './nearest.js';
import type { Language } from './messages/labs.js';
import { paces, type Pace } from './pace.js';
import { applying, changedKeys, type Config } from './parameters.js';
import type { Problem } from './problem.js';
import type { ScheduledChange } from './protocol.js';
import { writeValue } from './readValues.js';
import { readSchedule, writeSchedule } from './schedule.js';

/** The form of links that this code writes; `v=1` in a link. */
const linkVersion = '1';
/** Longer values and more fields than these no link of ours has. */
const maxValueLength = 1000;
/** The longest list of changes: programs that pass links on cut them beyond some thousand characters. */
const maxChangesLength = 4000;
const maxTitleLength = 120;
const maxFields = 200;
const languages: readonly Language[] = ['en', 'zh'];
const themes: readonly Theme[] = ['light', 'dark'];
/** Fields that are not knobs. */
const reserved: readonly string[] = ['lab', 'preset', 'v', 'embed', 'knobs', 'charts', 'changes', 'runs', 'title', 'pace', 'lang', 'theme'];

export type Theme = 'light' | 'dark';

/** What a link asks of the page itself, for the view that it opens. */
export interface PageFields {
  readonly lang?: Language;
  readonly theme?: Theme;
}

/** What an embedding page shows of a lab: parameter keys and metric ids, in its order. */
export interface Embed {
  readonly knobs: readonly string[];
  readonly charts: readonly string[];
}

/** What else a link may hold. */
export interface LinkExtras {
  /** Changes of knobs as the run trains. */
  readonly schedule?: readonly ScheduledChange[];
  /** Fields about the page itself, as they are in the link: `lang`, `theme`, `pace`, `title`. */
  readonly page?: Readonly<Record<string, string>>;
}

/** How a link wants its view to be. */
export interface View {
  /** What the view is called. */
  readonly title?: string;
  readonly pace?: Pace;
  /** Where a file of runs is, as it was given. */
  readonly runs?: string;
}

export interface Decoded {
  readonly lab: Lab;
  /** Whether the link names the lab. */
  readonly namesLab: boolean;
  readonly configured: Configured;
  /** Changes of knobs as the next run trains. */
  readonly schedule: readonly ScheduledChange[];
  readonly view: View;
  /** Where the link asks to be shown inside another page. */
  readonly embed?: Embed;
  readonly page: PageFields;
  /** All that was wrong in the link, those of `configured` included. */
  readonly problems: readonly Problem[];
}

/**
 * The query of a link, `?lab=grpo&preset=collapse&learningRate=1e-3&v=1`: only what differs from `base`, the preset's
 * config (or, without a preset, the defaults of the config's variant).
 */
export function encodeLink(
  lab: Lab,
  presetId: string | undefined,
  base: Config,
  config: Config,
  embed?: Embed,
  { schedule = [], page = {} }: LinkExtras = {},
): string {
  const fields: [string, string][] = [['lab', lab.id]];
  const variantKey = lab.variants?.key;
  // A preset holds for one variant; a config that left it is told apart from its own variant's defaults.
  const keepsPreset = presetId !== undefined && (variantKey === undefined || config[variantKey] === base[variantKey]);
  if (keepsPreset) fields.push(['preset', presetId]);
  else if (variantKey !== undefined) fields.push([variantKey, String(config[variantKey])]);
  const from = keepsPreset ? base : defaultConfig(lab, config);
  for (const key of changedKeys(lab.parameters, config, from)) fields.push([key, writeValue(config[key]!)]);
  if (schedule.length > 0) fields.push(['changes', writeSchedule(schedule).join(',')]);
  if (embed) fields.push(['embed', '1'], ['knobs', embed.knobs.join(',')], ['charts', embed.charts.join(',')]);
  fields.push(...Object.entries(page), ['v', linkVersion]);
  // These need no escape in a query's value, and links are read and written by people.
  const written = (value: string): string => encodeURIComponent(value).replace(/%2C|%3A|%3D/g, decodeURIComponent);
  return `?${fields.map(([key, value]) => `${key}=${written(value)}`).join('&')}`;
}

/** Whether a link can hold so many changes. */
export function fitsLink(schedule: readonly ScheduledChange[]): boolean {
  return writeSchedule(schedule).join(',').length <= maxChangesLength;
}

/** A link's query that asks the same of the page, too: `?lab=grpo&v=1&lang=zh`. */
export function withPageFields(query: string, page: PageFields): string {
  return query + Object.entries(page).map(([key, value]) => `&${key}=${value}`).join('');
}

function decodeText(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** The fields of a query, each once; what cannot be read is left out and reported. */
function readFields(search: string): { fields: Map<string, string>; problems: Problem[] } {
  const fields = new Map<string, string>();
  const problems: Problem[] = [];
  const refuse = (reason: Problem['reason'], key: string, received: string, expected?: string): void => {
    const problem = { key: key.slice(0, 80), received: received.slice(0, 80), reason };
    problems.push(expected === undefined ? problem : { ...problem, expected });
  };
  const parts = search.replace(/^\?/, '').split('&').filter((part) => part !== '');
  if (parts.length > maxFields) refuse('too-many', '?', search, String(maxFields));
  for (const part of parts.slice(0, maxFields)) {
    const equals = part.indexOf('=');
    const rawKey = equals < 0 ? part : part.slice(0, equals);
    const rawValue = equals < 0 ? '' : part.slice(equals + 1);
    // Some programs write three characters for each sign between the changes.
    const longest = rawKey === 'changes' ? 3 * maxChangesLength : maxValueLength;
    if (rawKey.length > maxValueLength || rawValue.length > longest) {
      refuse('too-long', rawKey, rawValue, String(longest));
      continue;
    }
    const key = decodeText(rawKey);
    const value = decodeText(rawValue);
    if (key === undefined || value === undefined) refuse('badly-encoded', key ?? rawKey, rawValue);
    else if (fields.has(key)) refuse('repeated', key, value);
    else fields.set(key, value);
  }
  return { fields, problems };
}

/** The names in a comma-separated list that `known` has, each once. */
function readNames(field: string, list: string, known: readonly string[]): { names: string[]; problems: Problem[] } {
  const given = [...new Set(list.split(',').map((name) => name.trim()).filter((name) => name !== ''))];
  const problems = given
    .filter((name) => !known.includes(name))
    .map((name): Problem => {
      const received = name.slice(0, 80);
      return { key: field, received, reason: 'not-an-option', expected: nearest(received, known) ?? known.join(', ') };
    });
  return { names: given.filter((name) => known.includes(name)), problems };
}

/** Names that mean nothing under the link's config; they stay in the embed, since another knob may change that. */
function notApplicable(field: string, names: readonly string[], applying: readonly string[]): Problem[] {
  const expected = applying.join(', ');
  return names
    .filter((name) => !applying.includes(name))
    .map((received) => ({ key: field, received, reason: 'not-applicable', expected }));
}

function readEmbed(
  lab: Lab,
  fields: ReadonlyMap<string, string>,
  config: Config,
): { embed?: Embed; problems: Problem[] } {
  const asked = fields.get('embed');
  if (asked === undefined || ['0', 'off', 'false'].includes(asked)) return { problems: [] };
  if (!['', '1', 'on', 'true'].includes(asked)) {
    return { problems: [{ key: 'embed', received: asked.slice(0, 80), reason: 'not-an-option', expected: '1' }] };
  }
  const knobs = readNames('knobs', fields.get('knobs') ?? '', lab.parameters.map(({ key }) => key));
  const charts = readNames('charts', fields.get('charts') ?? '', lab.metrics.map(({ id }) => id));
  const problems = [
    ...knobs.problems,
    ...notApplicable('knobs', knobs.names, applying(lab.parameters, config).map(({ key }) => key)),
    ...charts.problems,
    ...notApplicable('charts', charts.names, applying(lab.metrics, config).map(({ id }) => id)),
  ];
  return { embed: { knobs: knobs.names, charts: charts.names }, problems };
}

function readPage(fields: ReadonlyMap<string, string>): { page: PageFields; problems: Problem[] } {
  const problems: Problem[] = [];
  const read = <T extends string>(key: string, options: readonly T[], meant: (asked: string) => string): T | undefined => {
    const asked = fields.get(key);
    if (asked === undefined) return undefined;
    const option = options.find((one) => one === meant(asked.toLowerCase()));
    if (option === undefined) {
      problems.push({ key, received: asked.slice(0, 80), reason: 'not-an-option', expected: options.join(', ') });
    }
    return option;
  };
  // `zh-CN` is a kind of `zh`.
  const lang = read('lang', languages, (asked) => asked.split('-')[0]!);
  const theme = read('theme', themes, (asked) => asked);
  return { page: { ...(lang && { lang }), ...(theme && { theme }) }, problems };
}

/** What a link asks of a page that shows no lab. */
export function decodePage(search: string): PageFields {
  return readPage(readFields(search).fields).page;
}

function readView(fields: ReadonlyMap<string, string>): { view: View; problems: Problem[] } {
  const problems: Problem[] = [];
  const title = fields.get('title')?.trim();
  if (title !== undefined && title.length > maxTitleLength) {
    problems.push({ key: 'title', received: title.slice(0, 80), reason: 'too-long', expected: String(maxTitleLength) });
  }
  const asked = fields.get('pace');
  const pace = paces.find((each) => String(each) === asked);
  if (asked !== undefined && pace === undefined) {
    problems.push({ key: 'pace', received: asked.slice(0, 80), reason: 'not-an-option', expected: paces.join(', ') });
  }
  const runs = fields.get('runs')?.trim();
  if (runs === '') problems.push({ key: 'runs', received: '', reason: 'empty', expected: 'runs.jsonl' });
  return { view: { ...(title && { title: title.slice(0, maxTitleLength) }), ...(pace !== undefined && { pace }), ...(runs && { runs }) }, problems };
}

/**
 * Reads a link's query, with or without its `?`. Never throws: a field that is wrong leaves a valid value in its place
 * and is reported. Without `lab` the first lab is meant, without `preset` its first preset, without `v` this version.
 */
export function decodeLink(search: string, labs: readonly Lab[]): Decoded {
  const { fields, problems } = readFields(search);
  const labId = fields.get('lab');
  const lab = labs.find(({ id }) => id === labId) ?? labs[0]!;
  if (labId !== undefined && labId !== lab.id) {
    const expected = labs.map(({ id }) => id).join(', ');
    problems.push({ key: 'lab', received: labId.slice(0, 80), reason: 'not-an-option', expected, kept: lab.id });
  }
  const version = fields.get('v');
  if (version !== undefined && version !== linkVersion) {
    const received = version.slice(0, 80);
    problems.push({ key: 'v', received, reason: 'not-an-option', expected: linkVersion, kept: linkVersion });
  }
  const { page, problems: pageProblems } = readPage(fields);
  const values = Object.fromEntries([...fields].filter(([key]) => !reserved.includes(key)));
  const configured = configure(lab, { preset: fields.get('preset'), values });
  const { embed, problems: embedProblems } = readEmbed(lab, fields, configured.config);
  const changes = (fields.get('changes') ?? '').split(',').filter((text) => text.trim() !== '');
  const { schedule, problems: changeProblems } = readSchedule(lab, configured.config, changes, 'changes');
  const { view, problems: viewProblems } = readView(fields);
  const kept = (problem: Problem): Problem => {
    const value = Object.hasOwn(configured.config, problem.key) ? configured.config[problem.key] : undefined;
    return value === undefined ? problem : { ...problem, kept: value };
  };
  return {
    lab,
    namesLab: labId === lab.id,
    configured,
    schedule,
    view,
    ...(embed ? { embed } : {}),
    page,
    problems: [...problems.map(kept), ...pageProblems, ...configured.problems, ...changeProblems, ...viewProblems, ...embedProblems],
  };
}
