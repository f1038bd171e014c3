import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { encodeRun } from '../../src/core/run/encode.js';
import { beginRecord, type RunRecord } from '../../src/core/run/record.js';
import { parseArguments, show, usage, UsageError } from '../../workers/programs/headless.js';

const read = (line: string) => parseArguments(line.split(' '));

describe('a command line', () => {
  it('gives the config of its lab, preset and values', () => {
    const { lab, config, json } = read('grpo --preset collapse --set learningRate=2e-3 --seed=4 --steps 7 --replicas 2 --engine cpu --json');
    expect([lab.id, json]).toEqual(['grpo', true]);
    expect(config).toMatchObject({ task: 'running-sum', learningRate: 2e-3, seed: 4, steps: 7, replicas: 2, engine: 'cpu' });
    expect(read('biencoder')).toMatchObject({ json: false, config: { seed: 0 } });
  });

  it.each([
    ['grpo --set __proto__=1', '__proto__: unknown'],
    ['grpo --set toString=1', 'toString: unknown'],
    ['grpo --set constructor=1 --set seed=2', 'constructor: unknown'],
    ['grpo --seed 1 --seed 2', "seed: given twice ('1' and '2')"],
    ['grpo --seed 1 --set seed=2', "seed: given twice ('1' and '2')"],
    ['grpo --set seed=1 --seed=1', "seed: given twice ('1' and '1')"],
    ['grpo --set __proto__=1 --set __proto__=2', "__proto__: given twice ('1' and '2')"],
    ['grpo --preset healthy --preset collapse', "--preset: given twice ('healthy' and 'collapse')"],
    ['grpo --json=false', '--json=false: --json takes no value (leave it out for lines that people read)'],
    ['grpo --json=', '--json=: --json takes no value (leave it out for lines that people read)'],
    ['grpo --sed 1', '--sed: unknown argument (did you mean --set?)'],
    ['grpo --seed', '--seed: needs a value'],
    ['grpo --set seed', '--set seed: expected key=value'],
    ['--lab biencoder --preset healthy', '--lab: is not an option (write the lab alone, first: headless -- biencoder …)'],
    ['--lab=grpo', '--lab: is not an option (write the lab alone, first: headless -- grpo …)'],
    ['grpo --lab', '--lab: is not an option (write the lab alone, first: headless -- grpo …)'],
    ['--preset healthy', 'lab: missing (expected grpo, biencoder, reward-model, pointer)'],
  ])('is refused with the reason: %s', (line, reason) => {
    expect(() => read(line)).toThrow(new UsageError(reason));
  });

  it('is explained, and that --json takes no value', () => {
    expect(usage).toMatch(/--json, which takes no value/);
  });
});

describe('a file that is shown', () => {
  const base = presetConfig(grpo, grpo.presets.find(({ id }) => id === 'collapse')!);
  const record = (id: string, from?: RunRecord['from']): RunRecord => ({
    ...beginRecord({ lab: 'grpo', preset: 'collapse', base, config: base, seeds: [0], steps: 120, ...(from && { from }) }, { id, version: '1.2.3', created: 1 }),
    state: 'finished', step: 120, series: [],
  });

  it('tells what was said of each run, and of which run a fork began with weights', async () => {
    const file = [
      encodeRun(record('a'), { name: 'The teacher’s', note: 'Watch step 20.\nThen fork.' }),
      encodeRun(record('b', { run: 'a', step: 20 })),
      encodeRun(record('c', { run: 'b', step: 40 })),
      encodeRun(record('d', { run: 'gone', step: 60 })),
    ];
    const { lines, problems } = await show(file.join(''));
    expect(problems).toEqual([]);
    expect(lines.filter((line) => !line.includes('at step'))).toEqual([
      'The teacher’s:  grpo  collapse',
      '  Watch step 20.',
      '  Then fork.',
      'grpo  collapse',
      '  from step 20 of The teacher’s',
      'grpo  collapse',
      '  from step 40 of run 2 of this file',
      'grpo  collapse',
      '  from step 60 of run gone, which is not in this file',
    ]);
  });
});

const scripts = new URL('../../scripts/', import.meta.url);

/** Reads a program's output until its first line is there, then closes the pipe as `head -1` does. */
async function head(program: ChildProcess): Promise<{ line: string; errors: string; status: number | null }> {
  let output = '';
  let errors = '';
  program.stderr!.on('data', (text) => (errors += String(text)));
  program.stdout!.on('data', (text) => {
    output += String(text);
    if (output.includes('\n')) program.stdout!.destroy();
  });
  const status = await new Promise<number | null>((resolve) => program.on('close', resolve));
  return { line: output.split('\n')[0]!, errors, status };
}

describe('a program whose reader leaves', () => {
  it.each(['console.log(1)', "process.stdout.write('1\\n')"])('ends quietly and well: %s', async (print) => {
    const module = JSON.stringify(new URL('quietPipe.mjs', scripts).href);
    const code = `import ${module}; setInterval(() => ${print}, 1);`;
    expect(await head(spawn(process.execPath, ['--input-type=module', '-e', code]))).toEqual({ line: '1', errors: '', status: 0 });
  });

  it('does so as `npm run headless`', async () => {
    const args = ['grpo', '--set', 'task=tool-choice', '--steps', '200', '--engine', 'cpu', '--json'];
    const { line, errors, status } = await head(spawn(process.execPath, [fileURLToPath(new URL('headless.mjs', scripts)), ...args]));
    expect(JSON.parse(line)).toMatchObject({ run: { lab: 'grpo' } });
    expect(errors).not.toMatch(/error|EPIPE|\bat /i);
    expect(status).toBe(0);
  });
});
