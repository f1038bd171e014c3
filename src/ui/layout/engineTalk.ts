import type { Config } from '../../core/parameters.js';
import type { Note } from '../../core/protocol.js';

/** Notes on how the page came by its engine, of which nobody has to know. */
const choices = ['note.noWebgpu', 'note.softwareAdapter', 'note.changedOver', 'note.workersUnused'];

/** Whether a note only tells how an engine was chosen; of one that was asked for, it is told aloud that it could not start. */
export function isEngineTalk({ id }: Note, { engine }: Config): boolean {
  return choices.includes(id) || (id === 'note.engineUnavailable' && engine === 'auto');
}

/** What an engine computes on, by its id; none for those of a file that nobody here knows. */
export function hardwareOf(engine: string): 'cpu' | 'gpu' | undefined {
  if (engine.endsWith('webgpu')) return 'gpu';
  return /(^|-)(cpu|wasm)($|-)/.test(engine) ? 'cpu' : undefined;
}
