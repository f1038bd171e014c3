import { beforeAll, describe } from 'vitest';
import type { Engine, EngineId } from '../../workers/engines/engine.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { cpuEngines } from '../cpuEngines.js';
import { testEnvironment } from '../environment.js';
import { kinds, testOwnKnobs, testReplicasTogether } from '../kernels/replicas.js';

const engines: readonly EngineId[] = [...cpuEngines, 'reference-wasm', 'reference-cpu'];

describe.each(engines)('replicas that differ in every knob, on %s', (id) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine(id, testEnvironment);
  });

  // The reference is one implementation on two backends, of which one is slow.
  const among = id === 'reference-cpu' ? kinds.slice(0, 1) : kinds;
  testReplicasTogether((shape, start) => engine.createPolicy(shape, start), 0, among);
  testOwnKnobs((shape, start) => engine.createPolicy(shape, start), among);
});
