import { readValue, type Difference } from '../../../core/comparison/differences.js';
import type { ConfigChange, Value } from '../../../core/parameters.js';
import type { Problem } from '../../../core/problem.js';
import { valueText } from '../../../core/valueText.js';
import { settings } from '../../state/settings.svelte.js';

/** Which of the other config's values are tried on the base, and what was typed over them. */
export class Fixes {
  /** By key, like `skipped`. */
  readonly typed = $state<Record<string, string>>({});
  readonly skipped = $state<Record<string, boolean>>({});

  text({ key, other }: Difference): string {
    return this.typed[key] ?? valueText(key, other, settings.t);
  }

  /** What is wrong with a value that is to be tried. */
  problem(difference: Difference): Problem | undefined {
    const result = this.read(difference);
    return 'problem' in result && !this.skipped[difference.key] ? result.problem : undefined;
  }

  /** The values to try, without those that are wrong. */
  changeOf(differences: readonly Difference[]): ConfigChange {
    const chosen = differences.filter(({ key }) => !this.skipped[key]);
    const results = chosen.map((difference) => [difference.key, this.read(difference)] as const);
    return Object.fromEntries(results.flatMap(([key, result]) => ('value' in result ? [[key, result.value]] : [])));
  }

  private read(difference: Difference): { value: Value } | { problem: Problem } {
    return readValue(difference.parameter, difference.base, this.text(difference));
  }
}
