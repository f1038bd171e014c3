import { changedKeys, type Config } from '../../core/parameters.js';
import { version } from '../../core/version.js';
import type { Playground } from './playground.svelte.js';
import type { Run } from './run.svelte.js';

/**
 * The newest run of the lab on the shelf that has trained just this config, to its end and unchanged, on whatever engine
 * where that is chosen by itself: another would come to the same numbers within rounding.
 */
export function findTrained({ labRuns, setup: { lab } }: Playground, config: Config): Run | undefined {
  return labRuns.findLast(({ head, changes, label }) => {
    const asTold = head.state === 'finished' && changes.length === 0 && !head.from && label.recorded === undefined && head.version === version;
    const onEngine = config.engine === 'auto' || config.engine === head.engine?.id;
    return asTold && onEngine && changedKeys(lab.parameters, head.config, config).every((key) => key === 'engine');
  });
}
