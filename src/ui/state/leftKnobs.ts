import { configure, presetConfig } from '../../core/labs/configure.js';
import type { Lab } from '../../core/labs/lab.js';
import type { RunRecipe } from './run.svelte.js';

/** The knobs of labs and their variants as they were left when another was chosen, or as they begin. */
export class LeftKnobs {
  /** By `lab` and `lab/variant`. */
  private readonly recipes = new Map<string, RunRecipe>();

  keep(lab: Lab, recipe: RunRecipe): void {
    this.recipes.set(lab.id, recipe);
    if (lab.variants) this.recipes.set(`${lab.id}/${recipe.config[lab.variants.key]}`, recipe);
  }

  /** A lab that was not left yet begins with its first preset. */
  ofLab(lab: Lab): RunRecipe {
    return this.recipes.get(lab.id) ?? configure(lab, { preset: lab.presets[0]!.id, values: {} });
  }

  /** A variant that was not left yet begins with its first preset, or with its defaults where it has none. */
  ofVariant(lab: Lab, key: string, variant: string): RunRecipe {
    const preset = lab.presets.find((candidate) => presetConfig(lab, candidate)[key] === variant);
    const begun = preset ? { preset: preset.id, values: {} } : { values: { [key]: variant } };
    return this.recipes.get(`${lab.id}/${variant}`) ?? configure(lab, begun);
  }
}
