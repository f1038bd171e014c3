import type { Parameter } from '../parameters.js';
import { normal } from '../run/search.js';

/**
 * What a knob can be found by: its key, its names here and in frameworks, and its options' ids and names.
 *
 * @param name the text of a message that may not exist
 */
export function knobText(parameter: Parameter, name: (id: string) => string | undefined): string {
  const { key, frameworks = {} } = parameter;
  const options = parameter.kind === 'choice' ? parameter.options.flatMap((option) => [option, name(`option.${key}.${option}`)]) : [];
  const told = [key, name(`parameter.${key}`), ...Object.entries(frameworks).flat(), ...options];
  return normal(told.filter((part) => part !== undefined).join('\n'));
}
