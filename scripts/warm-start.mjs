/**
 * `npm run warm-start [-- name …] [--bases n] [--dropout p] [--label-smoothing e] [--out folder]`: remakes the shipped
 * warm starts by supervised training, into public/warm-start/ unless told otherwise.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { importProgram, root } from './bundle.mjs';
import { environment } from './environment.mjs';

const { checkProbability, recipes, remakeWarmStart } = await importProgram('warmStarts');
const names = recipes.map(({ name }) => name);

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      bases: { type: 'string' },
      dropout: { type: 'string', default: '0' },
      'label-smoothing': { type: 'string', default: '0' },
      out: { type: 'string', default: path.join(root, 'public', 'warm-start') },
    },
  });
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`${unknown}: unknown warm start (expected ${names.join(', ')})`);
  const bases = values.bases === undefined ? undefined : Number(values.bases);
  if (bases !== undefined && !(Number.isInteger(bases) && bases >= 1 && bases <= 100)) throw new Error('bases: expected 1 to 100');
  const dropout = Number(values.dropout);
  const labelSmoothing = Number(values['label-smoothing']);
  checkProbability('warmStartDropout', dropout);
  checkProbability('warmStartLabelSmoothing', labelSmoothing);
  const chosen = recipes.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const plain = chosen.find(({ regularised }) => !regularised);
  if (plain && dropout + labelSmoothing > 0) throw new Error(`${plain.name}: is trained without dropout and label smoothing`);
  return { chosen, bases, dropout, labelSmoothing, out: values.out };
}

let request;
try {
  request = readArguments();
} catch (error) {
  console.error(error.message);
  process.exit(2);
}

await mkdir(request.out, { recursive: true });
for (const { name, bases } of request.chosen) {
  const content = await remakeWarmStart({
    name,
    bases: request.bases ?? bases,
    dropout: request.dropout,
    labelSmoothing: request.labelSmoothing,
    environment,
    onProgress: (line) => console.error(line),
  });
  const file = path.join(request.out, `${name}.safetensors`);
  await writeFile(file, Buffer.from(content));
  console.log(file);
}
