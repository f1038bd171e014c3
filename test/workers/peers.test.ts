import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { peerCases, record, type Recording } from '../../workers/programs/peers.js';
import { testEnvironment } from '../environment.js';

const short = (name: string): Promise<Recording> => {
  const peer = peerCases.find((each) => each.name === name)!;
  const values = { ...peer.values, ...(peer.lab === 'grpo' && { promptsPerStep: 2 }) };
  return record({ ...peer, values, steps: 2 }, 'cpu', testEnvironment);
};

/** The largest change of any parameter. */
const moved = ({ parameters }: Recording): number =>
  Math.max(...parameters.map(({ start, end }) => Math.max(...start.map((value, i) => Math.abs(value - end[i]!)))));

describe('runs recorded for the libraries of the field', () => {
  test('a GRPO run has the tokens, what they earned and how likely they were', async () => {
    const recording = await short('token-truncate');
    expect(recording.steps).toHaveLength(2);
    for (const { name, shape, start, end } of recording.parameters) {
      expect([name, start.length, end.length]).toEqual([name, ...new Array<number>(2).fill(shape.reduce((size, extent) => size * extent, 1))]);
    }
    const groups = recording.steps[1] as { prompt: number[]; responses: { tokens: number[]; logProbs: number[]; rewards: number[] }[] }[];
    expect(groups).toHaveLength(2);
    for (const { prompt, responses } of groups) {
      expect(prompt).toHaveLength(4);
      expect(responses).toHaveLength(4);
      for (const { tokens, logProbs, rewards } of responses) {
        expect(logProbs).toHaveLength(tokens.length);
        expect(Math.max(...logProbs)).toBeLessThanOrEqual(0);
        expect(rewards).toHaveLength(3);
      }
    }
  });

  test('a reward model has its pairs and its base', async () => {
    const recording = await short('lora');
    const [first, second] = recording.steps as { chosen: number[][]; rejected: number[][] }[];
    expect([first!.chosen.length, first!.rejected.length, first!.chosen[0]!.length]).toEqual([16, 16, 12]);
    expect(second).not.toEqual(first);
    expect(Object.keys(recording.measured.end)).toEqual(['validationLoss', 'accuracy']);
    expect(moved(recording)).toBeGreaterThan(1e-4);
  });

  test('a bi-encoder has its batches and what they leave out', async () => {
    const recording = await short('infonce');
    const step = recording.steps[0] as Record<'queries' | 'documents' | 'negatives' | 'ignored', number[][]>;
    expect(Object.values(step).map((rows) => rows.length)).toEqual([32, 32, 32, 32]);
    expect(step.ignored[0]).toHaveLength(64);
    step.ignored.forEach((row, i) => expect(row[i]).toBe(0));
    expect(moved(recording)).toBeGreaterThan(1e-4);
  });

  test('names tell cases apart', () => {
    expect(new Set(peerCases.map(({ name }) => name)).size).toBe(peerCases.length);
  });

  test('without Python the command says so', () => {
    const { status, stderr } = spawnSync('node', ['scripts/peers.mjs', '--python', '/no/such/python'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, "python: '/no/such/python' does not run (name another by --python or $PYTHON)\n"]);
  });
});
