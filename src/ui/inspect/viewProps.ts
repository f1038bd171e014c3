import type { Lab } from '../../core/labs/lab.js';
import type { Language, Values } from '../../core/messages/messages.js';
import type { ChartRun } from '../charts/chartRun.js';
import type { Run } from '../state/run.svelte.js';

/** What every view is given. */
export interface ViewProps {
  readonly lab: Lab;
  /** The run in the foreground. */
  readonly run: Run;
  /** It and the runs that it is compared with. */
  readonly runs: ChartRun[];
  readonly t: (id: string, values?: Values) => string;
  readonly language: Language;
  /** Asks for another replica of the run, or another of the lab's examples, from 0. */
  readonly onInspect: (replica: number, item?: number) => void;
}

/** What is given to what shows several runs side by side. */
export interface BesideProps {
  readonly runs: readonly Run[];
  /** The one that the others are compared with. */
  readonly base: Run;
  readonly name: (run: Run) => string;
}
