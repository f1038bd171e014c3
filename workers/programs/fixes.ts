/** `npm run presets -- --fixes`: tries what findings suggest, in runs that need it. */
import type { Finding } from '../../src/core/findings/detector.js';
import type { Cured, FixWay, MeasuredFixes } from '../../src/core/findings/measuredFixes.js';
import { curesMost, offeredFix, recipeValues } from '../../src/core/labs/offeredFix.js';
import { configure, defaultConfig, presetConfig } from '../../src/core/labs/configure.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { applying, type Config, type ConfigChange, type Parameter, type Value } from '../../src/core/parameters.js';
import type { ScheduledChange } from '../../src/core/protocol.js';
import { RandomSequence } from '../../src/core/random.js';
import { applyValues } from '../../src/core/readValues.js';
import type { RunRecord } from '../../src/core/run/record.js';
import type { Environment } from '../engines/engine.js';
import { train } from './headless.js';

/** A config in which something may go wrong. */
export interface FixCase {
  /** A preset's id, `met 2`, or `bad 7`. */
  readonly name: string;
  /** Drawn at random: whether anything goes wrong is not known. */
  readonly random: boolean;
  readonly config: Config;
}

/** What a finding's fix came to in one case. */
export interface TriedFix {
  readonly finding: string;
  readonly remedies: readonly string[];
  readonly change: ConfigChange;
  readonly way: FixWay;
  /** Seeds in which the finding went without loss, or the score rose. */
  readonly cured: number;
  /** Last scores by seed. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Whether the page offers it so. */
  readonly offered: boolean;
  readonly values: ConfigChange;
}

/** Of 5 seeds so many have to be better off. */
const enoughSeeds = 4;
export const isCured = ({ cured }: Pick<TriedFix, 'cured'>): boolean => cured >= enoughSeeds;
/** Seeds of each run. */
const fixSeeds = 5;
/** Scores that differ by less are the same. */
const sameScore = 0.03;

/** Random bad configs that each lab is tried in: 60 together. */
const badCounts: Readonly<Record<string, number>> = { grpo: 30, biencoder: 12, 'reward-model': 10, pointer: 8 };
/** The stream of random numbers that draws them. */
const badStream = 91;
/** Knobs that change how long a run takes, and what it is a run of. */
const fixedKeys = ['batchSize', 'gradientAccumulation', 'epochs', 'promptsPerStep', 'rolloutN', 'grpoEpochs', 'queriesPerStep', 'adapter'];
const fixedGroups = ['run', 'data', 'model', 'stage'];
/** Variants whose runs take too long to be tried by the dozen. */
const longVariants = ['rce', 'grpo', 'transformer'];

const constantSum = { task: 'running-sum', schedule: 'constant', warmupSteps: 0, minLearningRateRatio: 0, klCoefficient: 0 } as const;

/** Configs that people met, or in which a remedy is called for that neither a preset nor a random config asks for. */
const metConfigs: Readonly<Record<string, readonly ConfigChange[]>> = {
  grpo: [
    { ...constantSum, learningRate: 0.1, maxGradNorm: 100, innerEpochs: 8, clipping: false, warmupSteps: 30 },
    { ...constantSum, learningRate: 0.05, trainingPrompts: 8 },
    { ...constantSum, warmStart: 'running-sum-short', aggregation: 'seq-mean-token-mean', steps: 80 },
    { task: 'running-sum', rolloutN: 2 },
    { task: 'running-sum', maxResponseLength: 8 },
    { task: 'running-sum', warmupSteps: 1000 },
    { task: 'running-sum', dropout: 0.3, learningRate: 3e-3 },
    { task: 'running-sum', klCoefficient: 1 },
    { task: 'tool-choice', maxResponseLength: 2 },
    { task: 'tool-choice', temperature: 1.5, klCoefficient: 0 },
    { task: 'tool-choice', labelSmoothing: 0.2 },
    { task: 'tool-choice', verifierFalseNegative: 0.3 },
    { ...constantSum, learningRate: 1e-3, staleness: 4 },
    { ...constantSum, innerEpochs: 4, policyLoss: 'cispo', steps: 80 },
    { task: 'mini-vqa', entropyCoefficient: 0.5, learningRate: 1e-2 },
    { task: 'mini-vqa', maxResponseLength: 8, topP: 0.5 },
  ],
  biencoder: [
    { infoNceTemperature: 2 },
    { loss: 'triplet', negatives: 'hardest', randomRate: 1, randomRateDecrease: 0.1, margin: 0.02 },
    { loss: 'triplet', negatives: 'hardest', randomRate: 1, randomRateDecrease: 0.1, margin: 3 },
    { loss: 'triplet', negatives: 'hardest', randomRate: 1, randomRateDecrease: 0.1, learningRate: 5e-4 },
    { trainingPairs: 96, dropout: 0.15, steps: 600 },
    { warmupSteps: 1000, learningRate: 3e-3 },
  ],
  'reward-model': [{ warmupSteps: 1000, learningRate: 5e-4 }, { trainingPairs: 64, epochs: 4, adapter: 'full' }],
  pointer: [
    { stage: 'grpo', grpoLearningRate: 0.05, klCoefficient: 0, epochs: 1 },
    { stage: 'rce', batchSize: 16 },
    { stage: 'rce', warmStart: 'v2', learningRate: 1e-6, epochs: 1 },
    { stage: 'supervised', warmupSteps: 1000 },
  ],
};

/** Every preset, what people met, then random configs without end: those in which nothing is found are of no use. */
export function* fixCases(lab: Lab): Generator<FixCase> {
  for (const preset of lab.presets) yield { name: preset.id, random: false, config: presetConfig(lab, preset) };
  for (const [i, values] of metConfigs[lab.id]!.entries()) yield { name: `met ${i}`, random: false, config: configure(lab, { values }).config };
  for (let draw = 0; ; draw++) yield { name: `bad ${draw}`, random: true, config: badConfig(lab, draw) };
}

export const badConfigs = (lab: Lab): number => badCounts[lab.id]!;

/** The defaults of a variant with one to three knobs turned anywhere, the learning rate among them in two of three draws. */
function badConfig(lab: Lab, draw: number): Config {
  const random = new RandomSequence(draw, badStream, Object.keys(badCounts).indexOf(lab.id));
  const variants = Object.keys(lab.variants?.defaults ?? {}).filter((variant) => !longVariants.includes(variant));
  const base = lab.variants ? defaultConfig(lab, { [lab.variants.key]: variants[draw % variants.length]! }) : defaultConfig(lab);
  const knobs = applying(lab.parameters, base).filter(({ key, group }) => !fixedGroups.includes(group) && !fixedKeys.includes(key));
  const turned = random.chance(2 / 3) ? ['learningRate'] : [];
  const count = 1 + random.integer(3);
  while (turned.length < count) turned.push(knobs[random.integer(knobs.length)]!.key);
  const values = Object.fromEntries(turned.map((key) => [key, anyValue(knobs.find((knob) => knob.key === key)!, random)]));
  return applyValues(lab.parameters, base, values).config;
}

/** Two significant digits, as a person would write them. */
function anyValue(parameter: Parameter, random: RandomSequence): Value {
  if (parameter.kind === 'switch') return random.chance(0.5);
  if (parameter.kind === 'choice') return parameter.options[random.integer(parameter.options.length)]!;
  const { min, max, integer, scale } = parameter;
  const share = random.uniform();
  const value = scale === 'log' ? min * (max / min) ** share : min + share * (max - min);
  return integer ? Math.round(value) : Number(value.toPrecision(2));
}

/** A case, what was found in it, and what its fixes came to. */
export interface TriedCase {
  readonly values: ConfigChange;
  readonly record: RunRecord;
  readonly fixes: readonly TriedFix[];
}

/** Trains a case over 5 seeds, and again with each fix of what is found in it. */
export async function tryFixes(lab: Lab, { config }: FixCase, engine: string, environment: Environment): Promise<TriedCase> {
  const runs = new Map<string, Promise<RunRecord>>();
  const recordOf = (change: ConfigChange, schedule: readonly ScheduledChange[] = []): Promise<RunRecord> => {
    const key = JSON.stringify([change, schedule]);
    const whole = { ...config, ...change, replicas: fixSeeds, seed: 0, engine };
    const run = runs.get(key) ?? train({ lab, config: whole, schedule }, environment, {}).then(({ record }) => record);
    runs.set(key, run);
    return run;
  };
  const values = recipeValues(lab, config);
  const record = await recordOf({});
  const fixes: TriedFix[] = [];
  for (const finding of record.findings) {
    const detector = lab.detectors.find(({ id }) => id === finding.id)!;
    const cure = detector.fix?.(config);
    if (!cure) continue;
    const offer = offeredFix(lab, finding.id, config);
    const tried = { finding: finding.id, ...cure, values, before: scoresOf(lab, record) };
    const fresh = await recordOf(cure.change);
    fixes.push({ ...tried, way: 'fresh', cured: freshlyCured(lab, record, fresh, finding), after: scoresOf(lab, fresh), offered: offer !== undefined });
    const isLive = lab.parameters.every(({ key, live }) => live || !(key in cure.change));
    if (detector.severity !== 'warning' || !isLive || finding.step >= record.steps) continue;
    const changed = await recordOf({}, [{ step: finding.step + 1, change: cure.change }]);
    fixes.push({ ...tried, way: 'live', cured: liveCured(tried.before, scoresOf(lab, changed), scoresOf(lab, fresh)), after: scoresOf(lab, changed), offered: offer?.live ?? false });
  }
  return { values, record, fixes };
}

/** The last score of each seed; −1 where none was measured. */
function scoresOf(lab: Lab, { config, seeds, summary }: RunRecord): number[] {
  return seeds.map((_, replica) => summary[lab.score(config)]?.final[replica] ?? -1);
}

/**
 * Seeds whose score rose, or from which the finding has gone at the same score. A run that learned nothing has to learn:
 * that finding also goes where nothing but the learning rate is another.
 */
function freshlyCured(lab: Lab, before: RunRecord, after: RunRecord, { id }: Finding): number {
  const to = scoresOf(lab, after);
  const left = after.findings.find((each) => each.id === id)?.replicas ?? [];
  return scoresOf(lab, before).filter((score, replica) => {
    const gone = id !== 'underfitting' && !left.some((each) => each.replica === replica);
    return to[replica]! > score + (gone ? -sameScore : sameScore);
  }).length;
}

/** Seeds whose score rose at least half as far as in a new run, or did not fall where it did not rise there: findings stay. */
function liveCured(before: readonly number[], after: readonly number[], fresh: readonly number[]): number {
  return before.filter((score, replica) => {
    const gain = fresh[replica]! - score;
    return after[replica]! > score + (gain > sameScore ? gain / 2 : -sameScore);
  }).length;
}

/** What of the trials a lab keeps. */
export function measuredFixes(tried: readonly TriedFix[]): MeasuredFixes {
  const names = [...new Set(tried.flatMap(({ finding, remedies }) => remedies.map((remedy) => `${finding} ${remedy}`)))].sort();
  const remedies = names.map((name) => {
    const [finding, remedy] = name.split(' ') as [string, string];
    const counted = (way: FixWay): Partial<Record<FixWay, Cured>> => {
      const own = tried.filter((each) => each.way === way && each.finding === finding && each.remedies.includes(remedy));
      return own.length > 0 ? { [way]: { cases: own.length, cured: own.filter(isCured).length } } : {};
    };
    return { finding, remedy, ...counted('fresh'), ...counted('live') };
  });
  const most: MeasuredFixes = { remedies, exceptions: [] };
  const exceptions = tried.flatMap((each) => {
    const { finding, way, values } = each;
    const cured = isCured(each);
    return cured === curesMost(most, finding, each, way) ? [] : { finding, way, values, cured };
  });
  return { remedies, exceptions };
}
