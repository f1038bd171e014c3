/** What page and worker report about values and runs, whatever the lab. */
export const session = {
  // A value that came from outside and is not right
  'problem.unknown': '{key}: there is no such field; ignored.',
  'problem.unknown.guess': '{key}: there is no such field; ignored. Did you mean {expected}?',
  'problem.not-a-number': '{key}: “{received}” is not a number. Right: {expected}. Using {kept}.',
  'problem.not-an-integer': '{key}: {received} is not a whole number. Right: {expected}. Using {kept}.',
  'problem.out-of-range': '{key}: {received} is out of range. Right: {expected}. Using {kept}.',
  'problem.not-an-option': '{key}: “{received}” is not an option. Right: {expected}. Using {kept}.',
  'problem.not-a-switch': '{key}: “{received}” is neither on nor off. Right: on, off. Using {kept}.',
  'problem.not-live': '{key} cannot change to {received} while the run trains; it stays {kept}. Restart to change it.',
  'problem.malformed': '{key}: “{received}” cannot be read. Right: {expected}.',

  // What did not go as asked while a run was prepared or trained, and what was done instead
  'note.noWebgpu': 'This browser offers no WebGPU; training runs on the CPU (WebAssembly).',
  'note.softwareAdapter':
    'WebGPU here is emulated in software ({adapter}), which is slower than WebAssembly; training runs on the CPU.',
  'note.engineUnavailable': '{engine} could not start: {reason}. Using {used}.',
  'note.weightsMissing': '{file} could not be loaded ({reason}). The warm start is trained here instead.',
  'note.weightsDamaged': '{file} cannot be used: {reason}. The warm start is trained here instead.',
  'note.weightsNotKept': 'The kept weights belong to another model or engine; the run starts from the warm start.',
  'note.notFinite': 'Step {step}: {what} is not a finite number. The run stopped and kept the state of step {kept}.',
  'note.failed': 'The run failed: {reason}. Everything measured so far is kept.',
  'note.deviceLost': 'The GPU was lost: {reason}. Everything measured so far is kept.',
} as const;
