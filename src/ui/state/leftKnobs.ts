import { configure, presetConfig } from '../../core/labs/configure.js';
import type { Lab } from '../../core/labs/lab.js';
import type { ScheduledChange } from '../../core/protocol.js';
import type { RunRecipe } from './run.svelte.js';

/** Knobs, with what the next run changes as it trains and what a link has called them. */
export interface LeftRecipe extends RunRecipe {
  readonly schedule?: readonly ScheduledChange[];
  readonly title?: string | undefined;
}

/** The knobs of labs and their variants as they were left when another was chosen, or as they begin. */
export class LeftKnobs {
  /** By `lab` and `lab/variant`. */
  private readonly recipes = new Map<string, LeftRecipe>();

  keep(lab: Lab, recipe: LeftRecipe): void {
    this.recipes.set(lab.id, recipe);
    if (lab.variants) this.recipes.set(`${lab.id}/${recipe.config[lab.variants.key]}`, recipe);
  }

  /** A lab that was not left yet begins with its first preset. */
  ofLab(lab: Lab): LeftRecipe {
    return this.recipes.get(lab.id) ?? configure(lab, { preset: lab.presets[0]!.id, values: {} });
  }

  /** A variant that was not left yet begins with its first preset, or with its defaults where it has none. */
  ofVariant(lab: Lab, key: string, variant: string): LeftRecipe {
    const preset = lab.presets.find((candidate) => presetConfig(lab, candidate)[key] === variant);
    const begun = preset ? { preset: preset.id, values: {} } : { values: { [key]: variant } };
    return this.recipes.get(`${lab.id}/${variant}`) ?? configure(lab, begun);
  }
}
