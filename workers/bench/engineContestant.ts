import { learnerEngines, type Engine, type EngineId, type Environment } from '../engines/engine.js';
import type { Note } from '../../src/core/protocol.js';
import { openEngine } from '../engines/openEngine.js';
import { profileKernels } from '../engines/webgpu/profile.js';
import { prepareBiencoder } from '../labs/biencoder/prepare.js';
import { prepareGrpo } from '../labs/grpo/prepare.js';
import { Population } from '../labs/population.js';
import type { SupervisedUpdate } from '../engines/policy.js';
import type { Contestant, Steps, Turn } from './contestant.js';
import type { GpuCounters } from './gpuCounters.js';
import type { BiencoderProblem, GrpoProblem, Problem, SupervisedProblem } from './problem.js';

/**
 * An engine of the project, driven as a run drives it. Its steps may alternate with another engine's, although tfjs'
 * backend is global: each turn opens the engine first.
 */
export function engineContestant(id: EngineId, environment: Environment, counters: GpuCounters): Contestant {
  let failure: Note | undefined;
  const open = async (): Promise<Engine> => {
    const engine = await openEngine(id, environment);
    engine.onFailure(({ note }) => (failure = note));
    return engine;
  };
  /** Times `steps`, which end with the GPU's work. */
  const time = async (steps: () => Promise<Pick<Turn, 'lengths' | 'loss'>>): Promise<Turn> => {
    await open();
    const before = { ...counters };
    const started = performance.now();
    const done = await steps();
    const ms = performance.now() - started;
    if (failure) throw new Error(String(failure.values?.['reason'] ?? failure.id));
    const dispatches = counters.dispatches - before.dispatches;
    if (dispatches === 0) return { ms, ...done };
    return { ms, ...done, gpu: { dispatches, javascriptMs: ms - (counters.waited - before.waited) } };
  };
  return {
    id,
    trains: learnerEngines.includes(id) ? ['grpo', 'supervised', 'biencoder'] : ['grpo', 'supervised'],
    prepare: async (problem: Problem): Promise<Steps> => {
      const engine = await open();
      if (problem.kind === 'biencoder') return biencoderSteps(engine, environment, problem, time);
      const steps = await (problem.kind === 'grpo'
        ? grpoSteps(engine, environment, problem, time)
        : supervisedSteps(engine, problem, time));
      if (id !== 'webgpu') return steps;
      return { ...steps, profile: (count) => profileKernels(async () => void (await steps.run(count))) };
    },
  };
}

type Time = (steps: () => Promise<Pick<Turn, 'lengths' | 'loss'>>) => Promise<Turn>;

async function grpoSteps(engine: Engine, environment: Environment, problem: GrpoProblem, time: Time): Promise<Steps> {
  const lengths: number[] = [];
  const trainer = await prepareGrpo({
    population: new Population(problem.config),
    engine: observed(engine, lengths),
    environment,
    onWarmStart: () => Promise.reject(new Error('the warm start is trained, not loaded')),
    announce: () => undefined,
    note: ({ id, values }) => {
      throw new Error([id, ...Object.values(values ?? {})].join(' '));
    },
  });
  return {
    run: (count) =>
      time(async () => {
        lengths.length = 0;
        for (let i = 0; i < count; i++) await trainer.train();
        await trainer.flush();
        return { lengths: [...lengths] };
      }),
    dispose: () => trainer.dispose(),
  };
}

/** The same engine; its policies write down the lengths of the responses that they are updated with. */
function observed(engine: Engine, lengths: number[]): Engine {
  return {
    ...engine,
    createPolicy: (shape, start) => {
      const policy = engine.createPolicy(shape, start);
      const update = policy.update.bind(policy);
      policy.update = (responses) => {
        lengths.push(...responses.lengths);
        return update(responses);
      };
      return policy;
    },
  };
}

async function biencoderSteps(engine: Engine, environment: Environment, { config }: BiencoderProblem, time: Time): Promise<Steps> {
  const trainer = await prepareBiencoder({
    population: new Population(config),
    engine,
    environment,
    onWarmStart: () => Promise.reject(new Error('there is no warm start')),
    announce: () => undefined,
    note: ({ id }) => {
      throw new Error(id);
    },
  });
  return {
    run: (count) =>
      time(async () => {
        for (let i = 0; i < count; i++) await trainer.train();
        return { lengths: [] };
      }),
    dispose: () => trainer.dispose(),
  };
}

async function supervisedSteps(engine: Engine, problem: SupervisedProblem, time: Time): Promise<Steps> {
  const { tokens, labels, length, optimizer } = problem;
  const policy = engine.createPolicy(problem.shape, problem.weights);
  let step = 0;
  const update = (): SupervisedUpdate => ({
    tokens,
    labels,
    length,
    mask: new Float32Array(tokens.length).fill(1),
    labelSmoothing: [0],
    optimizer: {
      ...optimizer,
      learningRate: [optimizer.learningRate],
      weightDecay: [optimizer.weightDecay],
      maxGradNorm: [optimizer.maxGradNorm],
    },
    dropout: { rates: [0], seeds: [0], step: ++step },
  });
  return {
    run: (count) =>
      time(async () => {
        let loss = NaN;
        for (let i = 0; i < count; i++) {
          const [own] = await policy.supervise(update());
          if (i === 0) loss = own!;
        }
        return { lengths: [], loss };
      }),
    dispose: () => policy.dispose(),
  };
}
