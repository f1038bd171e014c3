/** What page and worker report about values and runs, whatever the lab. */
export const session = {
  // A value that came from outside and is not right
  'problem.unknown': '{key}: there is no such field; ignored.',
  'problem.unknown.guess': '{key}: there is no such field; ignored. Did you mean {expected}?',
  'problem.empty': '{key}: the field is empty. Right: {expected}.',
  'problem.not-a-number': '{key}: “{received}” is not a number. Right: {expected}.',
  'problem.comma': '{key}: “{received}” has a comma: write decimals as 1.5, thousands as 1000. Right: {expected}.',
  'problem.not-an-integer': '{key}: {received} is not a whole number. Right: {expected}.',
  'problem.out-of-range': '{key}: {received} is out of range. Right: {expected}.',
  'problem.not-an-option': '{key}: “{received}” is not an option. Right: {expected}.',
  'problem.not-a-switch': '{key}: “{received}” is neither on nor off. Right: on, off.',
  'problem.not-applicable': '{key}: “{received}” means nothing with these settings. Right: {expected}.',
  'problem.other-variant': '{key}: “{received}” is a preset for {expected}, so it is left out.',
  'problem.badly-encoded': '{key}: “{received}” cannot be read: percent signs must be written as %25, other bytes as UTF-8.',
  'problem.repeated': '{key} is given more than once; “{received}” is ignored.',
  'problem.too-long': '{key}: “{received}…” is too long; at most {expected} characters are read.',
  'problem.too-many': 'The link has too many fields; the first {expected} are read.',
  'problem.not-a-change': '{key}: “{received}” is not a change of a setting. Right: a step and a value, as in {expected}.',
  'problem.not-live': '{key}: cannot become “{received}”, since this setting does not change while a run trains. Those that do: {expected}.',
  'problem.wrong-kind': '{key}: “{received}” is not {expected}, as it should be.',
  'problem.not-json': '“{received}” is not JSON. Right: JSON lines, as this page saves them and “headless --json” prints them.',
  'problem.no-run': '{key}: no run has begun before this line. Right: a line with “run” first.',
  'problem.newer-schema': '{key}: {received} is newer than what this page reads ({expected}). Open the file with the version that wrote it, or a newer one.',
  'problem.not-later': '{key}: {received} comes after {expected}. Right: a larger one.',
  'problem.no-metric': '{key}: the lab {expected} has no such metric; left out.',
  'kind.number': 'a number',
  'kind.text': 'a text',
  'kind.object': 'an object',
  'kind.value': 'a number, a text, true or false',
  'kind.list': 'a list',
  'kind.keys': 'a list of names',
  'kind.seeds': 'a list of whole numbers',
  'kind.row': 'a list with one value per seed',
  'kind.schedule': 'a list of steps, each with a change',
  'problem.kept': ' Using {kept}.',
  'range.between': '{min} to {max}',
  'range.zeroOr': '0 or {min} to {max}',

  // What did not go as asked while a run was prepared or trained, and what was done instead
  'note.noWebgpu': 'WebGPU is not available here; training runs on the CPU.',
  'note.softwareAdapter':
    'WebGPU here is emulated in software ({adapter}), which is slower than the CPU itself; training runs on the CPU.',
  'note.engineUnavailable': '{engine} could not start: {reason}. Using {used}.',
  'note.weightsMissing': '{file} could not be loaded ({reason}). The warm start is trained here instead.',
  'note.weightsDamaged': '{file} cannot be used: {reason}. The warm start is trained here instead.',
  'note.runNotRead':
    'This run could not be read from the browser’s storage: {reason}.',
  'note.runsDamaged':
    '{count} stored {count|run could not be read, because it is damaged or was|runs could not be read, because they are damaged or were} stored by a newer version of this page. {count|It is left as it is|They are left as they are}.',
  'note.storageFull':
    'The browser’s storage is full: runs last only as long as this tab. Save those that you want to keep as a file.',
  'note.storageRefused':
    'The browser keeps no runs here ({reason}): they last only as long as this tab. Save those that you want to keep as a file.',
  'note.runsCleared':
    'The browser’s storage was nearly full: {runs} of the oldest runs that are not pinned {runs|was|were} removed, and the checkpoints of {checkpoints} {checkpoints|run|runs}.',
  'note.checkpointsCleared':
    'The browser’s storage was nearly full: the checkpoints of {runs} of the oldest runs were removed. Curves are kept.',
  'note.checkpointsNotStored':
    'The checkpoints of this run could not be stored ({reason}): after a reload it cannot go on from them.',
  'note.weightsNotKept': 'The kept weights are gone, or belong to another model or engine; the run starts anew.',
  'note.notFinite': 'Step {step}: {what} is not a finite number. The run stopped and kept the state of step {kept}.',
  'note.endedEarly': 'Ended early at step {step}: {what} stopped rising. The best state is kept.',
  'note.refused': 'The run cannot start: {reason}.',
  'note.failed': 'The run failed: {reason}. Everything measured so far is kept.',
  'note.outOfMemory': 'Memory ran out. Everything measured so far is kept. Lower one of these: {lower}.',
  'note.recovered': 'The engine was started again, and the run went on from step {step}.',
  'note.nextEngine': 'Training goes on with {engine} from step {step}.',
  'note.changedOver':
    '{from} took {took} ms a step; {engine} had taken {measured} ms when they were compared. Training goes on with {engine} from step {step}.',
  'note.memory': 'This run needs about {gigabytes} GB of memory; a browser may end the tab. Lower one of these to need less: {lower}.',
  'note.workerLost': 'A training worker stopped: {reason}.',
  'note.workersUnused': 'A worker for another core could not be used: {reason}. Runs train on fewer cores until the page is loaded again.',
  'note.deviceLost': 'The GPU was lost: {reason}. Everything measured so far is kept.',
} as const;
