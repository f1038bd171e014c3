import { describe, expect, it } from 'vitest';
import type { GrpoConfig } from '../../src/core/labs/grpo/parameters.js';
import { RandomSequence, streams } from '../../src/core/random.js';
import { findTask } from '../../workers/labs/grpo/tasks/index.js';
import type { Example, Task } from '../../workers/labs/grpo/tasks/task.js';
import { miniVqa, textOf, toolChoice, toolNames, toolOf } from './taskTexts.js';

const shareOf = <T>(items: readonly T[], holds: (item: T) => boolean): number =>
  items.filter(holds).length / items.length;
const expectNear = (actual: number, expected: number, tolerance = 0.012): void =>
  expect(Math.abs(actual - expected), `${actual} is far from ${expected}`).toBeLessThan(tolerance);

function demonstrations(task: Task, count: number): { prompt: string; response: string }[] {
  const random = new RandomSequence(1, streams.demonstrations, 0);
  return Array.from({ length: count }, () => {
    const tokens = [...task.demonstration(random)];
    const unpadded = tokens.slice(task.promptLength).filter((token) => token !== task.padding);
    return { prompt: textOf(task, tokens.slice(0, task.promptLength)), response: textOf(task, unpadded) };
  });
}

describe('tool-choice', () => {
  it('is demonstrated with .40 hedges, .22 right and 4 × .095 wrong tools, 2 % wrong arguments and 2 % junk', () => {
    const shown = demonstrations(toolChoice, 30_000).map(({ prompt, response }) => {
      const [word, a, b] = prompt.split(' ');
      const [, thought, tool, written] =
        /^<think> (\S+) <\/think> (HEDGE|ADD|SUB|MAX|MIN|MUL) ?(.*) <eos>$/.exec(response) ?? [];
      const meant = toolNames.indexOf(toolOf[word!]!);
      return { meant, tool, isRightCall: written === `${a} ${b}`, isIntact: tool !== undefined && thought === word };
    });
    const intact = shown.filter((one) => one.isIntact);
    expectNear(shareOf(shown, (one) => !one.isIntact), 0.02 * 0.97, 0.004);
    expectNear(shareOf(intact, ({ tool }) => tool === 'HEDGE'), 0.4);
    expectNear(shareOf(intact, ({ tool, meant }) => tool === toolNames[meant]), 0.22);
    for (const shift of [1, 2, 3, 4]) {
      expectNear(shareOf(intact, ({ tool, meant }) => tool === toolNames[(meant + shift) % 5]), 0.095, 0.007);
    }
    const calls = intact.filter(({ tool }) => tool !== 'HEDGE');
    expectNear(shareOf(calls, (one) => !one.isRightCall), 0.02 * 0.945, 0.004);
  });
});

describe('running-sum', () => {
  it.each<[GrpoConfig['warmStart'], number[]]>([
    ['running-sum-long', [0.15, 0.1, 0.1, 0.65]],
    ['running-sum-short', [0.52, 0.14, 0.1, 0.24]],
    ['train', [0.15, 0.1, 0.1, 0.65]],
  ])('is demonstrated to %s with 0 to 3 worked steps of shares %j', (warmStart, shares) => {
    const task = findTask({ task: 'running-sum', warmStart });
    const shown = demonstrations(task, 30_000).map(({ prompt, response }) => {
      const [a, b, c, d] = prompt.split(' ').map(Number);
      const [whole, worked, answer] = /^<think> ((?:\d \d \d ; )*)<\/think> (\d) <eos>$/.exec(response) ?? [];
      const steps = worked?.split('; ').filter(Boolean).map((step) => step.trim().split(' ').map(Number)) ?? [];
      return { whole, steps, answer: Number(answer), sum: (a! + b! + c! + d!) % 10 };
    });
    const intact = shown.filter(({ whole }) => whole !== undefined);
    expectNear(1 - intact.length / shown.length, 0.04, 0.01);
    shares.forEach((share, steps) => expectNear(shareOf(intact, (one) => one.steps.length === steps), share));
    const steps = intact.flatMap((one) => one.steps);
    expectNear(shareOf(steps, ([sum, value, next]) => (sum! + value!) % 10 === next), 0.92 + 0.08 / 10);
    const finished = intact.filter((one) => one.steps.length === 3);
    expectNear(shareOf(finished, (one) => one.steps[2]![2] === one.answer), 0.95 + 0.05 / 10);
    const guessed = intact.filter((one) => one.steps.length < 3);
    expectNear(shareOf(guessed, (one) => one.sum === one.answer), 0.35 + 0.65 / 10, 0.015);
  });
});

describe('mini-vqa', () => {
  it('shows patches that differ from the truth as often as its noise says, and asks for the finding in 60 %', () => {
    const examples = Array.from({ length: 40 }, (_, seed) => miniVqa.split(seed, 512, 96).training).flat();
    const expectWrongPatches = (from: number, to: number, truth: number, share: number): void => {
      const gaps = examples.flatMap((one) => one.prompt.slice(from, to).map((patch) => patch - one.truth[truth]!));
      expectNear(shareOf(gaps, (gap) => gap !== 15), share);
    };
    expectWrongPatches(0, 3, 3, 0.2 * (5 / 6));
    expectWrongPatches(3, 5, 4, 0.12 / 2);
    expectWrongPatches(5, 8, 1, 0.2 * (2 / 3));
    expectWrongPatches(8, 11, 2, 0.2 * (3 / 4));
    const asksFinding = (one: Example): boolean => miniVqa.vocabulary[one.prompt[11]!] === 'finding?';
    expectNear(shareOf(examples, asksFinding), 0.6);
    expect(examples.every((one) => one.truth[0] === one.truth[asksFinding(one) ? 3 : 4])).toBe(true);
  });

  it('is demonstrated in the right format in 75 %, with a taste for the first word of each kind', () => {
    const shown = demonstrations(miniVqa, 30_000).map(({ prompt, response }) => {
      const tagged = (tag: string): string | undefined => new RegExp(`<${tag}> (\\S+) </${tag}>`).exec(response)?.[1];
      const [, finding, side] = /^<think> (\S+) (\S+) /.exec(response) ?? [];
      const patches = prompt.replaceAll('▣', '').split(' ');
      const [answer, plane, modality] = [tagged('answer'), tagged('plane'), tagged('mod')];
      return { patches, finding, side, answer, plane, modality, response };
    });
    const wellFormed =
      /^<think> \S+ \S+ <\/think> <answer> \S+ <\/answer> <plane> \S+ <\/plane> <mod> \S+ <\/mod> <eos>$/;
    expectNear(shareOf(shown, ({ response }) => wellFormed.test(response)), 0.75);

    // Where all patches of an attribute agree, they almost certainly show what it is.
    const isClear = (patches: string[], from: number, to: number): boolean =>
      new Set(patches.slice(from, to)).size === 1;
    for (const [kind, from, to, right, favourite, preferred] of [
      ['finding', 0, 3, 0.62 + 0.38 / 6, 'normal', 0.62 / 6 + 0.38 * (0.5 + 0.5 / 6)],
      ['side', 3, 5, 0.75 + 0.25 / 2, 'left', 0.75 / 2 + 0.25 * (0.5 + 0.5 / 2)],
      ['plane', 5, 8, 0.55 + 0.45 / 3, 'axial', 0.55 / 3 + 0.45 * (0.6 + 0.4 / 3)],
      ['modality', 8, 11, 0.45 + 0.55 / 4, 'CT', 0.45 / 4 + 0.55 * (0.5 + 0.5 / 4)],
    ] as const) {
      const saying = shown.filter((one) => one[kind] !== undefined);
      const clear = saying.filter(({ patches }) => isClear(patches, from, to));
      expectNear(shareOf(clear, (one) => one[kind] === one.patches[from]), right);
      expectNear(shareOf(saying, (one) => one[kind] === favourite), preferred);
    }
    for (const [question, from, to, right] of [
      ['finding?', 0, 3, 0.7 * (0.62 + 0.38 / 6) + 0.3 * (0.62 + 0.38 / 6)],
      ['side?', 3, 5, 0.7 * (0.75 + 0.25 / 2) + 0.3 * (0.7 + 0.3 / 2)],
    ] as const) {
      const asked = shown.filter(({ patches }) => patches[11] === question && isClear(patches, from, to));
      const answers = asked.filter(({ answer }) => answer !== undefined);
      expectNear(shareOf(answers, (one) => one.answer === one.patches[from]), right, 0.015);
      const asCaptioned = shareOf(answers, (one) => one.answer === (from === 0 ? one.finding : one.side));
      expect(asCaptioned).toBeGreaterThan(0.75);
    }
  });
});
