/** The same steps in eager PyTorch, in a Python process of its own that answers line by line. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('torch_step.py', import.meta.url));
const shipped = fileURLToPath(new URL('../../public/', import.meta.url));

/**
 * @returns {Promise<import('../../workers/bench/contestant.js').Contestant & { version: string, end: () => void } | undefined>}
 *   nothing where `python3` or its PyTorch is missing
 */
export async function startTorch() {
  const python = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  /** @type {((answer: any) => void)[]} */
  const waiting = [];
  const closed = new Promise((resolve) => {
    python.once('error', resolve);
    python.once('close', resolve);
  });
  python.stdin.on('error', () => undefined);
  createInterface(python.stdout).on('line', (line) => waiting.shift()?.(JSON.parse(line)));
  const ask = async (request) => {
    const answer = new Promise((resolve) => waiting.push(resolve));
    python.stdin.write(`${JSON.stringify(request)}\n`);
    const told = await Promise.race([answer, closed.then(() => undefined)]);
    if (told === undefined) throw new Error('python3 ended');
    return told;
  };
  const greeting = await ask({ version: true }).catch(() => undefined);
  if (!greeting) return undefined;
  return {
    id: 'PyTorch',
    trains: ['grpo', 'supervised', 'biencoder'],
    version: greeting.torch,
    end: () => python.stdin.end(),
    prepare: async (problem) => {
      await ask({ prepare: { grpo, supervised, biencoder }[problem.kind](problem) });
      return {
        run: async (count) => {
          const { ms, lengths, loss } = await ask({ steps: count });
          return problem.kind === 'supervised' ? { ms, lengths, loss } : { ms, lengths };
        },
        dispose: () => undefined,
      };
    },
  };
}

const grpo = (problem) => ({ ...problem, warmStart: path.join(shipped, problem.warmStart) });

const supervised = (problem) => ({
  ...problem,
  weights: encode(problem.weights),
  tokens: encode(problem.tokens),
  labels: encode(problem.labels),
});

const biencoder = (problem) => ({
  ...problem,
  weights: encode(problem.weights),
  sentences: encode(problem.sentences),
  ignore: encode(problem.ignore),
});

const encode = (numbers) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
