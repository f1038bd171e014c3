import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { chartLines } from '../../src/core/metrics.js';
import { RunSeries } from '../../src/core/series/runSeries.js';
import { baselineColor, type ChartRun } from '../../src/ui/charts/chartRun.js';
import { defaultSettings } from '../../src/ui/charts/chartSettings.js';
import { chartView, type ChartRequest } from '../../src/ui/charts/chartView.js';
import { layersOf } from '../../src/ui/charts/layers.js';
import { paperColors, paperTheme } from '../../src/ui/charts/paper.js';
import { chartPicture } from '../../src/ui/charts/picture.js';

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
  readonly text: string;
}

const entities = (text: string): string => {
  if (/&(?!#\d+;)|</.test(text)) throw new Error(`markup in a text: ${text}`);
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
};

/** Reads XML of elements, attributes in double quotes and texts; throws where it is not well-formed. */
function parse(xml: string): Node {
  let rest = xml.trim();
  const take = (pattern: RegExp, what: string): RegExpExecArray => {
    const found = pattern.exec(rest);
    if (!found) throw new Error(`expected ${what} at: ${rest.slice(0, 60)}`);
    rest = rest.slice(found[0].length);
    return found;
  };
  const element = (): Node => {
    const [, name, written, alone] = take(/^<([A-Za-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/, 'an element');
    const attributes: Record<string, string> = {};
    for (const [, key, value] of written!.matchAll(/ ([\w:-]+)="([^"]*)"/g)) {
      if (Object.hasOwn(attributes, key!)) throw new Error(`${key} twice`);
      attributes[key!] = entities(value!);
    }
    const children: Node[] = [];
    let text = '';
    while (!alone && !rest.startsWith('</')) {
      if (rest.startsWith('<')) children.push(element());
      else text += entities(take(/^[^<]+/, 'a text')[0]);
    }
    if (!alone) take(new RegExp(`^</${name}>`), `the end of ${name}`);
    return { name: name!, attributes, children, text };
  };
  const root = element();
  if (rest !== '') throw new Error(`more than one element: ${rest.slice(0, 60)}`);
  return root;
}

const all = (node: Node, name: string): Node[] => [...(node.name === name ? [node] : []), ...node.children.flatMap((child) => all(child, name))];

const config = presetConfig(grpo, grpo.presets[0]!);

function runOf(id: string, values: readonly (readonly number[])[], change: Partial<ChartRun>, metric = 'validation.reward'): ChartRun {
  const series = new RunSeries(values[0]!.length);
  series.append({
    steps: Int32Array.from(values, (_, i) => 10 * i), seconds: Float64Array.from(values, (_, i) => i), columns: { [metric]: Float64Array.from(values.flat()) },
  });
  const own = { id, label: id, color: 'var(--series-2)', current: false, baseline: false, live: false, version: 0, marks: [] };
  return { ...own, head: { config, events: [] }, series, ...change };
}

function request(runs: readonly ChartRun[], change: Partial<ChartRequest> = {}): ChartRequest {
  const wording = { format: (value: number) => value.toFixed(2), t: (id: string, values = {}) => [id, ...Object.values(values)].join(' ') };
  const metrics = chartLines(grpo.metrics, grpo.metrics[0]!, config);
  return { lab: grpo, metrics, config, runs, settings: defaultSettings, log: false, small: false, width: 400, height: 240, wording, theme: paperTheme, ...change };
}

/** The pieces of a path, each of [x, y]. */
const pieces = (node: Node): number[][][] =>
  node.attributes['d']!.split(/(?=M)/).map((piece) => piece.replace(/^M|Z$/g, '').split('L').map((point) => point.split(' ').map(Number)));

describe('a chart as an SVG image', () => {
  const values = [[0.2, 0.4], [Infinity, Infinity], [0.4, 0.6], [0.5, 0.7], [0.7, 0.9]];
  const hostile = `<script>alert("1 & 2")</script> ]]> 'a' \u0007 \ud800 学习率`;
  const runs = [
    runOf('plain', [[0.3], [0.35], [0.4], [0.5], [0.55]], {}),
    runOf('base', [[0.1], [0.1], [0.2], [0.2], [0.2]], { baseline: true, color: baselineColor }),
    runOf('current', values, {
      label: hostile, current: true, color: 'var(--series-0)',
      marks: [
        { step: 20, kind: 'change', label: 'Learning rate 1e-3 → 3e-3' },
        { step: 40, kind: 'best', value: 0.8, metrics: ['validation.reward'], label: 'best 0.80' },
      ],
    }),
  ];
  const asked = request(runs);
  const picture = parse(chartPicture(asked));
  const texts = all(picture, 'text');

  it('has every text as a text, and nothing of a text as markup', () => {
    const written = texts.map(({ text }) => text);
    expect(written).toContain('metric.validation.reward');
    expect(written).toContain('charts.along.step');
    expect(written).toContain('chart.baseline base');
    expect(written).toContain('Learning rate 1e-3 → 3e-3');
    expect(written).toContain('best 0.80');
    expect(written).toContain('chart.level level.largest 1.00');
    expect(written.some((text) => text.startsWith(`<script>alert("1 & 2")</script> ]]> 'a' \ufffd \ufffd`))).toBe(true);
    expect(new Set([picture, ...all(picture, 'svg'), ...all(picture, 'g')].flatMap(({ children }) => children.map(({ name }) => name)))).toEqual(
      new Set(['title', 'rect', 'text', 'line', 'svg', 'path', 'circle']),
    );
  });

  it('draws the lines and bands that the page draws, where it draws them, broken where they are', () => {
    const { view } = chartView(asked);
    const [outer] = all(picture, 'svg').slice(1);
    const layers = layersOf(view);
    const paths = all(outer!, 'path');
    expect(paths).toHaveLength(layers.length);
    const across = (x: number): number => 40 + (x / view.x.max) * 350;
    const down = (y: number): number => 217 - y * 204;
    layers.forEach((layer, i) => {
      const drawn = pieces(paths[i]!).flat();
      const points = 'line' in layer ? layer.line : [...layer.from, ...layer.to];
      const expected = points.filter(({ y }) => Number.isFinite(y)).map(({ x, y }) => [across(x), down(y)].map((px) => expect.closeTo(px, 1)));
      expect(drawn).toHaveLength(expected.length);
      expect(drawn).toEqual(expect.arrayContaining(expected));
      expect(paths[i]!.attributes[`${'line' in layer ? 'stroke' : 'fill'}`]).toBe(layer.color);
    });
    const mean = paths.find(({ attributes }) => attributes['stroke'] === '#0089ad' && attributes['stroke-width'] === '2')!;
    expect(pieces(mean).map((piece) => piece.length), 'a value was not finite').toEqual([1, 3]);
    const greys = paths.filter(({ attributes }) => attributes['stroke'] === paperColors['--ink-3']);
    expect(greys, 'the baseline').toHaveLength(1);
  });

  it('has the numbers of both axes at their places', () => {
    const at = (text: string): Record<string, string> => texts.find((node) => node.text === text)!.attributes;
    expect(at('0.00')).toMatchObject({ x: '34', y: '221', 'text-anchor': 'end' });
    expect(at('1.00')).toMatchObject({ x: '34', y: '17', 'text-anchor': 'end' });
    expect(at('150')).toMatchObject({ x: '390', 'text-anchor': 'end' });
    expect(at('0')).toMatchObject({ x: '40', 'text-anchor': 'start' });
  });

  it('is of what is shown: zoomed, along time, on a logarithmic axis', () => {
    const shown = parse(chartPicture(request(runs, { range: [2, 3], settings: { ...defaultSettings, along: 'time' }, log: true })));
    const ticks = all(shown, 'text').map(({ text }) => text);
    expect(ticks).toEqual(expect.arrayContaining(['charts.along.time', '2.0 s', '3.0 s']));
    expect(ticks).toContain('0.1');
    expect(ticks).not.toContain('0.00');
    for (const path of all(shown, 'path')) expect(path.attributes['d']).not.toMatch(/NaN|Infinity/);
    const falling = runOf('falling', [[0.5], [0.1], [0], [-0.1], [0.2]], { current: true });
    const [line] = all(parse(chartPicture(request([falling], { log: true }))), 'path');
    expect(pieces(line!).map((piece) => piece.length), 'broken where it is not positive').toEqual([2, 1]);
  });

  it('tells lines of several metrics apart, and shades the gap between them', () => {
    const own = presetConfig(biencoder, biencoder.presets[0]!);
    const series = new RunSeries(1);
    const steps = Int32Array.of(0, 20, 40);
    series.append({ steps, seconds: new Float64Array(3), columns: { trainLoss: Float64Array.of(1, 0.5, 0.2), validationLoss: Float64Array.of(1, 0.7, 0.6) } });
    const run = { ...runOf('one', [[0]], { current: true, head: { config: own, events: [] } }), series };
    const metrics = chartLines(biencoder.metrics, biencoder.metrics[0]!, own);
    const drawn = parse(chartPicture(request([run], { lab: biencoder, config: own, metrics })));
    const dashes = all(drawn, 'path').map(({ attributes }) => [attributes['stroke-dasharray'], attributes['fill']]);
    expect(dashes).toEqual([[undefined, paperTheme.muted], ['7 4', 'none'], [undefined, 'none']]);
    expect(all(drawn, 'text').map(({ text }) => text)).toEqual(expect.arrayContaining(['metric.trainLoss', 'metric.validationLoss', 'one']));
  });

  it('has all its text within itself, however long a name and however many runs', () => {
    const many = Array.from({ length: 10 }, (_, i) => runOf(`${i} ${'very long name '.repeat(8)}`, [[0.1], [0.2]], { current: i === 9 }));
    const { attributes, ...rest } = parse(chartPicture(request(many)));
    const height = Number(attributes['height']);
    const legend = rest.children.filter(({ name }) => name === 'text').slice(-10);
    expect(legend.map(({ text }) => text[0])).toEqual([...'0123456789']);
    for (const { text, attributes: own } of legend) {
      expect(Number(own['y'])).toBeLessThan(height);
      expect(text.length).toBeLessThan(80);
    }
  });
});

it('the colours on paper are those of the light theme', () => {
  const css = readFileSync('src/ui/theme.css', 'utf8').split('}')[0]!;
  const light = Object.fromEntries([...css.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
  expect(Object.keys(paperColors).filter((name) => name.startsWith('--series-'))).toHaveLength(10);
  for (const [name, value] of Object.entries(paperColors)) expect(light[name], name).toBe(value);
  expect(paperTheme.resolve('var(--series-3)')).toBe(light['--series-3']);
  expect(paperTheme.resolve('#abcdef')).toBe('#abcdef');
});
