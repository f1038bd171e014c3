/// <reference lib="webworker" />
import type { BenchCommand, BenchEvent } from '../../src/core/bench/measurement.js';
import { bench } from './bench.js';
import { pageEnvironment } from './pageEnvironment.js';

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data: { files, quick } }: MessageEvent<BenchCommand>): void => {
  const emit = (event: BenchEvent): void => scope.postMessage(event);
  bench({ environment: pageEnvironment(files), quick, others: [], emit }).catch((error: unknown) =>
    emit({ type: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  );
};
