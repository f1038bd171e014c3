import type { BenchCommand, BenchEvent, Measurement } from '../../core/bench/measurement.js';
import type { Note } from '../../core/protocol.js';

type Progress = Omit<Extract<BenchEvent, { type: 'progress' }>, 'type'>;

/** One run of the bench in a worker of its own, which ends with it. What was measured until then stays. */
export class BenchRun {
  private worker: Worker | undefined;
  state = $state<'idle' | 'running' | 'ended' | 'failed'>('idle');
  reason = $state('');
  adapter = $state<string>();
  progress = $state.raw<Progress>();
  measurements = $state.raw<readonly Measurement[]>([]);
  notes = $state.raw<readonly Note[]>([]);
  peak = $state<number>();

  /** @param files the folder of the page's files, ending in '/' */
  constructor(private readonly files: string) {}

  start(quick: boolean): void {
    this.measurements = [];
    this.notes = [];
    this.progress = undefined;
    this.state = 'running';
    try {
      this.worker = new Worker(new URL('../../../workers/programs/bench.worker.ts', import.meta.url), { type: 'module' });
      this.worker.addEventListener('message', ({ data }: MessageEvent<BenchEvent>) => this.take(data));
      this.worker.addEventListener('error', ({ message }) => this.take({ type: 'failed', reason: message || 'worker' }));
      this.worker.postMessage({ files: this.files, quick } satisfies BenchCommand);
    } catch (error) {
      this.take({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  stop(): void {
    this.end('idle');
  }

  private take(event: BenchEvent): void {
    switch (event.type) {
      case 'machine':
        this.adapter = event.adapter;
        return;
      case 'progress':
        this.progress = event;
        return;
      case 'measured':
        this.measurements = [...this.measurements, ...event.measurements];
        return;
      case 'note':
        this.notes = [...this.notes, event.note];
        return;
      case 'peak':
        this.peak = event.gflops;
        return;
      case 'ended':
        return this.end('ended');
      case 'failed':
        this.reason = event.reason;
        return this.end('failed');
    }
  }

  private end(state: 'idle' | 'ended' | 'failed'): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.state = state;
  }
}
