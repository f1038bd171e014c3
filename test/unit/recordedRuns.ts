import { grpo } from '../../src/core/labs/grpo/index.js';
import { loadLanguage } from '../../src/core/messages/messages.js';
import { beginRecord, type RunHead, type RunRecord } from '../../src/core/run/record.js';
import { Recorder } from '../../src/core/run/recorder.js';
import { preset } from './runCurves.js';

await Promise.all((['en', 'zh'] as const).map((language) => loadLanguage(language, 'grpo')));

/** A run with final scores of its seeds. */
export function recorded(scores: readonly number[], change: Partial<RunHead> = {}): RunRecord {
  const config = change.config ?? preset('collapse', { replicas: scores.length });
  const head = beginRecord(
    { lab: 'grpo', preset: 'collapse', base: preset('collapse'), config, steps: 120, seeds: scores.map((_, i) => i) },
    { id: 'a-run', version: '1.2.3', created: Date.UTC(2026, 9, 7, 8, 30) },
  );
  const recorder = new Recorder(grpo, { ...head, ...change });
  const columns = { 'validation.answer': Float64Array.from([...scores.map(() => 0.5), ...scores]), entropy: Float64Array.from(scores.flatMap(() => [0.2, 0.1])) };
  recorder.apply({ type: 'metrics', replicas: scores.length, steps: Int32Array.of(0, 120), seconds: Float64Array.of(0, 30), columns }, 0);
  recorder.apply({ type: 'status', state: 'finished', step: 120, steps: 120, notes: [], checkpoints: [], bytes: 84e6, engine: { id: 'cpu-fma' } }, 0);
  return recorder.record;
}
