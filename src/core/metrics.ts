import type { Config } from './parameters.js';

/** A number measured while a run trains, one value a replica. */
export interface Metric {
  /** Also the message ids `metric.<id>` (name) and `metric.<id>.hint` (what it means). */
  readonly id: string;
  /** Message id `unit.<unit>`. */
  readonly unit: 'score' | 'share' | 'nats' | 'tokens' | 'norm' | 'loss' | 'rate';
  /** Measured at every step, or only at validations. */
  readonly cadence: 'step' | 'validation';
  readonly scale: 'linear' | 'log';
  /** The values that it can have, where known: the axis shows them all. */
  readonly range?: readonly [number, number];
  /** What frameworks log it as. */
  readonly frameworks?: Readonly<Record<string, string>>;
  /** Whether it is measured under this config. */
  readonly applies?: (config: Config) => boolean;
}
