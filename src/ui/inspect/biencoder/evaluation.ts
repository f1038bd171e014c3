import { aspectOf, aspectWords, stanceOf, topicOf, topicWords } from '../../../core/labs/biencoder/grammar.js';
import type { EvaluationInspection } from '../../../core/labs/biencoder/inspection.js';
import type { Values } from '../../../core/messages/messages.js';
import type { Run } from '../../state/run.svelte.js';

/** What a run's last evaluation came to, once there is one. */
export function evaluationOf(run: Run): EvaluationInspection | undefined {
  return run.inspection?.kind === 'evaluation' ? (run.inspection as EvaluationInspection) : undefined;
}

/** `for · trains · costs`, from the first word of each. */
export function meaningText(meaning: number, words: readonly string[], t: (id: string, values?: Values) => string): string {
  const topic = words[topicWords.first + topicOf(meaning) * topicWords.synonyms]!;
  const aspect = words[aspectWords.first + aspectOf(meaning) * aspectWords.synonyms]!;
  return t('meaning', { stance: t(stanceOf(meaning) === 0 ? 'meaning.for' : 'meaning.against'), topic, aspect });
}

/** Two decimals, with a minus that is as wide as a plus. */
export const decimals = (value: number, places = 2): string => value.toFixed(places).replace('-', '−');
