/** What a run takes on this machine, as far as runs before it have told. */
import type { Lab } from '../labs/lab.js';
import { applying, type Config } from '../parameters.js';
import { configAt, type RunHead } from './record.js';

export interface Cost {
  /** Of training and validation, without start-up and what a pace adds. */
  readonly seconds: number;
  /** Memory, about, where it was told. */
  readonly bytes?: number;
}

/** Knobs that leave the price of a step as it is: how many there are, what is drawn, and what the optimiser counts with. */
const free: readonly string[] = [
  'steps', 'seed', 'schedule', 'warmupSteps', 'warmupRatio', 'minLearningRateRatio', 'decaySteps', 'restarts', 'beta1', 'beta2', 'epsilon',
  'plateauPatience', 'earlyStopPatience',
];
/** Fewer steps tell little of how long one takes: the first compiles. */
const fewestSteps = 10;

/** What a run before has cost a step of the same shape; nothing where there was none on this machine. */
export function costOf(lab: Lab, config: Config, before: readonly RunHead[]): Cost | undefined {
  const shape = shapeOf(lab, config);
  const like = before.findLast((head) => {
    const { events, held, seconds = 0 } = head;
    // Runs that train together share their time.
    if (head.lab !== lab.id || held || seconds === 0 || trainedSteps(head) < fewestSteps) return false;
    const configs = [head.config, ...events.map(({ step }) => configAt(head, step))];
    return configs.every((each) => shapeOf(lab, each) === shape);
  });
  if (!like) return undefined;
  const seconds = (like.seconds! / trainedSteps(like)) * lab.steps(config);
  return { seconds, ...(like.bytes !== undefined && { bytes: like.bytes }) };
}

function trainedSteps({ step, from }: RunHead): number {
  return step - (from?.step ?? 0);
}

/**
 * What decides how long a step takes: the knobs that replicas share, and of the others whether they are in use, since a
 * term of the loss or a dropout of 0 is left out.
 */
function shapeOf(lab: Lab, config: Config): string {
  // A lab that counts epochs may train in phases, of which each has its price.
  const phases = lab.parameters.some(({ key }) => key === 'epochs') ? [lab.steps(config)] : [];
  const knobs = applying(lab.parameters, config).flatMap(({ key, kind, perReplica }) => {
    if (free.includes(key) || key.startsWith('rewardWeights.')) return [];
    if (!perReplica) return [[key, config[key]]];
    return kind === 'number' ? [[key, config[key] !== 0]] : [];
  });
  return JSON.stringify([...phases, ...knobs]);
}
