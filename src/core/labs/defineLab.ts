import type { Detector } from '../findings/detector.js';
import type { ChartExtras, Level, Metric } from '../metrics.js';
import type { Config, Parameter } from '../parameters.js';
import { plainChange } from '../typedConfig.js';
import type { Lab } from './lab.js';

type Read<C> = (config: Config) => C;

/**
 * A lab as the page, links and the command line know it, from a declaration that is written for the lab's own configs.
 * What the declaration does with a config throws where it is given that of another lab.
 *
 * @param read the reader of the lab's table of parameters
 */
export function defineLab<C extends Config>(read: Read<C>, lab: Lab<C>): Lab {
  const { variants, ...rest } = lab;
  return {
    ...rest,
    parameters: lab.parameters.map((parameter) => widenParameter(read, parameter)),
    ...(variants && { variants: widenVariants(variants) }),
    metrics: lab.metrics.map((metric) => widenMetric(read, metric)),
    detectors: lab.detectors.map((detector) => widenDetector(read, detector)),
    presets: lab.presets.map(({ values, ...preset }) => ({ ...preset, values: plainChange<C>(values) })),
    headlines: (config) => lab.headlines(read(config)),
    steps: (config) => lab.steps(read(config)),
    samples: (config) => lab.samples(read(config)),
    healthyRun: (config) => lab.healthyRun(read(config)),
    score: (config) => lab.score(read(config)),
  };
}

function widenParameter<C>(read: Read<C>, { applies, inert, ...parameter }: Parameter<C>): Parameter {
  const conditions = {
    ...(applies && { applies: (config: Config) => applies(read(config)) }),
    ...(inert && { inert: (config: Config) => inert(read(config)) }),
  };
  if (parameter.kind === 'number') {
    const { limit, ...rest } = parameter;
    return { ...rest, ...conditions, ...(limit && { limit: (config) => limit(read(config)) }) };
  }
  if (parameter.kind === 'choice') {
    const { available, ...rest } = parameter;
    return { ...rest, ...conditions, ...(available && { available: (config) => available(read(config)) }) };
  }
  return { ...parameter, ...conditions };
}

function widenVariants<C extends Config>({ defaults, ...variants }: NonNullable<Lab<C>['variants']>): NonNullable<Lab['variants']> {
  const plain = Object.entries(defaults).map(([variant, change]) => [variant, plainChange<C>(change)] as const);
  return { ...variants, defaults: Object.fromEntries(plain) };
}

function widenMetric<C>(read: Read<C>, { applies, range, chart, ...metric }: Metric<C>): Metric {
  return {
    ...metric,
    ...(applies && { applies: (config) => applies(read(config)) }),
    ...(range && { range: typeof range === 'function' ? (config: Config) => range(read(config)) : range }),
    ...(chart && { chart: widenChart(read, chart) }),
  };
}

function widenChart<C>(read: Read<C>, { levels, ...chart }: ChartExtras<C>): ChartExtras {
  const widen = ({ id, at }: Level<C>): Level => ({ id, at: typeof at === 'function' ? (config) => at(read(config)) : at });
  return { ...chart, ...(levels && { levels: levels.map(widen) }) };
}

function widenDetector<C extends Config>(read: Read<C>, { applies, watch, fix, ...detector }: Detector<C>): Detector {
  return {
    ...detector,
    applies: (config) => applies(read(config)),
    watch: (config) => watch(read(config)),
    ...(fix && {
      fix: (config) => {
        const cure = fix(read(config));
        return cure && { ...cure, change: plainChange<C>(cure.change) };
      },
    }),
  };
}
