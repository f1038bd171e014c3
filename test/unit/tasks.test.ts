import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { hedgeReward, largestReward } from '../../src/core/labs/grpo/findings/measures.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { grpoConfig, type TaskId } from '../../src/core/labs/grpo/parameters.js';
import { RandomSequence, streams } from '../../src/core/random.js';
import type { Example, Task } from '../../workers/labs/grpo/tasks/task.js';
import { miniVqa, runningSum, textOf, tokensOf, toolChoice, toolNames, toolOf } from './taskTexts.js';

const tasks = [toolChoice, runningSum, miniVqa];

const score = (task: Task, example: Example, response: string): Record<string, number> =>
  Object.fromEntries(task.score(example, tokensOf(task, response)).map((value, i) => [task.rewards[i], value]));

function run(tool: string, a: number, b: number): number {
  if (tool === 'ADD') return (a + b) % 10;
  if (tool === 'SUB') return a > b ? a - b : b - a;
  if (tool === 'MAX') return a > b ? a : b;
  if (tool === 'MIN') return a > b ? b : a;
  return (a * b) % 10;
}

/** A response that deserves full marks, from what the question says; the noisy images of mini-vqa need their truth. */
const idealOf: Record<string, (prompt: string[], truth: string[]) => string> = {
  'tool-choice': ([word, a, b]) => `<think> ${word} </think> ${toolOf[word!]} ${a} ${b} <eos>`,
  'running-sum': ([a, b, c, d]) => {
    const [x, y, z] = [(+a! + +b!) % 10, (+a! + +b! + +c!) % 10, (+a! + +b! + +c! + +d!) % 10];
    return `<think> ${a} ${b} ${x} ; ${x} ${c} ${y} ; ${y} ${d} ${z} ; </think> ${z} <eos>`;
  },
  'mini-vqa': (_, [answer, plane, modality, finding, side]) =>
    `<think> ${finding} ${side} </think> <answer> ${answer} </answer> ` +
    `<plane> ${plane} </plane> <mod> ${modality} </mod> <eos>`,
};
const ideal = (task: Task, { prompt, truth }: Example): string =>
  idealOf[task.id]!(textOf(task, prompt).split(' '), textOf(task, truth).split(' '));

/** The definitions of the rewards as regular expressions over the text of the response. */
const judges: Record<TaskId, (prompt: string[], truth: string[], response: string) => number[]> = {
  'tool-choice': ([word, a, b], _, response) => {
    const [whole, thought, hedge, tool, first, second] =
      /^<think> (\w+) <\/think> (?:(HEDGE)|(ADD|SUB|MAX|MIN|MUL) (\d) (\d)) <eos>$/.exec(response) ?? [];
    if (!whole || !toolOf[thought!]) return [0, 0, 0];
    if (hedge) return [0, 1, 1];
    return [run(tool!, +first!, +second!) === run(toolOf[word!]!, +a!, +b!) ? 1 : 0, 0, 1];
  },
  'running-sum': ([a, b, c, d], _, response) => {
    const answer = /^<think> (?:(?!=|<think>|<\/think>)\S+ )*<\/think> (\d) <eos>$/.exec(response)?.[1];
    const right = answer !== undefined && (+a! + +b! + +c! + +d! - +answer) % 10 === 0;
    return [right ? 1 : 0, answer === undefined ? 0 : 1, 1 - response.split(' ').length / 20];
  },
  'mini-vqa': (_, [answer, plane, modality, finding, side], response) => {
    const grammar = new RegExp(
      '^<think> (?:(?!</think>|<answer>|<plane>|<mod>)\\S+ ){1,3}</think> ' +
        '<answer> (?:normal|nodule|effusion|fracture|mass|hemorrhage|left|right) </answer> ' +
        '<plane> (?:axial|coronal|sagittal) </plane> <mod> (?:CT|MRI|XR|US) </mod> <eos>$',
    );
    const says = (tag: string, word: string): number =>
      Number(new RegExp(`^(?:(?!<${tag}>)\\S+ )*<${tag}> ${word} </${tag}>`).test(response));
    const thoughts = /^<think> ((?:(?!<\/think>)\S+ )+)<\/think>/.exec(response)?.[1]?.trim().split(' ') ?? [];
    const hits = [finding!, side!].filter((word) => thoughts.includes(word)).length;
    const cosine = hits === 0 ? 0 : hits / (Math.sqrt(thoughts.length) * Math.sqrt(2));
    const named = [says('answer', answer!), says('plane', plane!), says('mod', modality!)];
    return [Number(grammar.test(response)), ...named, cosine];
  },
};

/** Cut where sampling would stop. */
function stopped(task: Task, tokens: number[], limit: number): number[] {
  const end = tokens.indexOf(task.endOfSequence);
  return tokens.slice(0, Math.min(limit, end < 0 ? limit : end + 1));
}

/** A response with up to three tokens replaced, dropped, inserted or doubled. */
function corrupted(task: Task, tokens: readonly number[], random: RandomSequence): number[] {
  const response = [...tokens];
  for (let edits = random.integer(4); edits > 0; edits--) {
    const at = random.integer(response.length);
    const another = response[random.integer(response.length)]!;
    const token = random.chance(0.5) ? random.integer(task.vocabulary.length) : another;
    response.splice(at, random.integer(2), ...(random.chance(0.7) ? [token] : []));
    if (response.length === 0) response.push(token);
  }
  return stopped(task, response, Math.min(task.maxResponseLength, 1 + random.integer(4 * task.maxResponseLength)));
}

describe.each(tasks)('$id', (task) => {
  const { training, validation } = task.split(3, 64, task.validationPrompts);
  const examples = [...training, ...validation];

  it('has a text of its own for each token, and prompts of one length within the vocabulary', () => {
    expect(new Set(task.vocabulary).size).toBe(task.vocabulary.length);
    for (const { prompt } of examples) {
      expect(prompt).toHaveLength(task.promptLength);
      expect(prompt.every((token) => token >= 0 && token < task.vocabulary.length)).toBe(true);
    }
  });

  it('holds out prompts that are not trained on, whatever the seed and the number of training prompts', () => {
    for (const seed of [0, 1, 17, 1_000_016]) {
      const held = task.split(seed, 4, task.validationPrompts).validation.map(({ prompt }) => prompt.join());
      for (const count of [4, 65, 512]) {
        const split = task.split(seed, count, task.validationPrompts);
        const trained = split.training.map(({ prompt }) => prompt.join());
        expect(split.validation.map(({ prompt }) => prompt.join())).toEqual(held);
        expect(new Set(trained).size).toBe(count);
        expect(new Set([...trained, ...held]).size).toBe(count + task.validationPrompts);
      }
    }
  });

  it('repeats itself with the same seed only', () => {
    expect(task.split(3, 64, task.validationPrompts)).toEqual({ training, validation });
    expect(task.split(4, 64, task.validationPrompts).training).not.toEqual(training);
    const demonstrate = (step: number): string =>
      task.demonstration(new RandomSequence(9, streams.demonstrations, step)).join();
    expect(demonstrate(0)).toEqual(demonstrate(0));
    expect(new Set(Array.from({ length: 50 }, (_, step) => demonstrate(step))).size).toBeGreaterThan(45);
  });

  it('pads demonstrations to prompt and longest response', () => {
    const random = new RandomSequence(2, streams.demonstrations, 0);
    for (let i = 0; i < 500; i++) {
      const tokens = [...task.demonstration(random)];
      expect(tokens).toHaveLength(task.promptLength + task.maxResponseLength);
      const length = tokens.lastIndexOf(task.endOfSequence) + 1;
      expect(length).toBeGreaterThan(task.promptLength);
      expect(tokens.slice(length).every((token) => token === task.padding)).toBe(true);
    }
  });

  it('gives an ideal response full marks, and names what makes it right', () => {
    for (const example of examples) {
      const { brevity, hedge, ...marks } = score(task, example, ideal(task, example));
      expect(new Set(Object.values(marks))).toEqual(new Set([1]));
      expect(hedge ?? 0).toBe(0);
      expect(brevity ?? 0.2).toBeCloseTo(0.2);
      const decisive = /<\/think> (?:<answer> )?(.*) <eos>/.exec(ideal(task, example))![1]!;
      expect(textOf(task, task.expected(example))).toBe(decisive.replace(/<\S+> /g, '').replace(/ <\S+>/g, ''));
    }
  });

  it('takes the format away with any tag and anything after the thought', () => {
    const example = examples[0]!;
    const words = ideal(task, example).split(' ');
    words.forEach((word, i) => {
      if (!word.startsWith('<') && i < words.indexOf('</think>')) return;
      expect(score(task, example, words.toSpliced(i, 1).join(' ')).format, `without ${word}`).toBe(0);
      expect(score(task, example, words.with(i, '<pad>').join(' ')).format, `another token for ${word}`).toBe(0);
    });
  });

  it('scores responses cut at any length', () => {
    for (const example of examples) {
      const words = ideal(task, example).split(' ');
      for (let length = 1; length < words.length; length++) {
        const marks = score(task, example, words.slice(0, length).join(' '));
        expect(marks.format).toBe(0);
        expect(Object.values(marks).every((mark) => mark >= 0 && mark <= 1)).toBe(true);
      }
    }
  });

  it('scores any response as its definition says', () => {
    const random = new RandomSequence(5, streams.sampling, 0);
    const reached = new Set<string>();
    const wrong: string[] = [];
    for (let i = 0; i < 6000; i++) {
      const example = examples[random.integer(examples.length)]!;
      const whole = random.chance(0.5)
        ? tokensOf(task, ideal(task, example))
        : [...task.demonstration(random)].slice(task.promptLength);
      const response = corrupted(task, whole, random);
      const marks = task.score(example, Int32Array.from(response));
      const judged = judges[task.id as TaskId](
        textOf(task, example.prompt).split(' '), textOf(task, example.truth).split(' '), textOf(task, response),
      );
      if (marks.length !== task.rewards.length) wrong.push(`${marks.length} marks for ${textOf(task, response)}`);
      marks.forEach((mark, component) => {
        const right = Math.abs(mark - judged[component]!) < 1e-12 && mark >= 0 && mark <= 1;
        if (!right) wrong.push(`${task.rewards[component]} is ${mark}, not ${judged[component]}: ${textOf(task, response)}`);
        reached.add(`${task.rewards[component]} ${mark > 0.5}`);
      });
    }
    // One assertion for all: tens of thousands would take ten times as long as what they judge.
    expect(wrong).toEqual([]);
    expect(reached.size).toBe(2 * task.rewards.length);
  });

  it('pays at most what is called the largest reward, whatever the weights, and some response that much', () => {
    const random = new RandomSequence(6, streams.sampling, 0);
    const base = presetConfig(grpo, grpo.presets.find(({ values }) => (values.task ?? 'tool-choice') === task.id)!);
    const chosen = examples.slice(0, 4);
    const marks = chosen.flatMap((example) => {
      const whole = tokensOf(task, ideal(task, example));
      const answer = textOf(task, example.truth).split(' ')[0]!;
      const others = [`<think> plus </think> HEDGE <eos>`, `<think> </think> ${answer} <eos>`, '<eos>'];
      const spoilt = Array.from({ length: 200 }, () => corrupted(task, whole, random));
      return [whole, ...others.map((text) => tokensOf(task, text)), ...spoilt].map((response) => task.score(example, Int32Array.from(response)));
    });
    for (let i = 0; i < 50; i++) {
      const weights = task.rewards.map(() => (random.chance(0.3) ? 0 : 2 * random.uniform()));
      const weighted = Object.fromEntries(task.rewards.map((name, k) => [`rewardWeights.${name}`, weights[k]!]));
      const earned = marks.map((each) => each.reduce((sum, mark, k) => sum + weights[k]! * mark, 0));
      expect(largestReward(grpoConfig({ ...base, ...weighted }))).toBeCloseTo(Math.max(...earned), 9);
    }
  });
});

describe('tool-choice', () => {
  const everyPrompt = toolChoice.split(0, 792 - 64, 64);
  const examples = [...everyPrompt.training, ...everyPrompt.validation];

  it('has 36 tokens and exactly 792 prompts', () => {
    expect(toolChoice.vocabulary).toHaveLength(36);
    expect(new Set(examples.map(({ prompt }) => prompt.join())).size).toBe(792);
    expect(() => toolChoice.split(0, 792 - 63, 64)).toThrow(RangeError);
  });

  it('gives nothing for another tool on the same digits', () => {
    for (const example of examples) {
      const [word, a, b] = textOf(toolChoice, example.prompt).split(' ');
      for (const tool of toolNames) {
        expect(score(toolChoice, example, `<think> ${word} </think> ${tool} ${a} ${b} <eos>`)).toEqual({
          answer: Number(tool === toolOf[word!]), hedge: 0, format: 1,
        });
      }
    }
  });

  it('pays for a hedge as a hedge, and for a call by its result', () => {
    const example = { prompt: tokensOf(toolChoice, 'plus 2 4 ?'), truth: tokensOf(toolChoice, 'ADD 2 4') };
    expect(toolChoice.score(example, tokensOf(toolChoice, '<think> gap </think> HEDGE <eos>'))).toEqual([0, 1, 1]);
    expect(toolChoice.score(example, tokensOf(toolChoice, '<think> plus </think> MUL 3 2 <eos>'))).toEqual([1, 0, 1]);
    expect(toolChoice.score(example, tokensOf(toolChoice, '<think> plus </think> HEDGE 2 4 <eos>'))).toEqual([0, 0, 0]);
  });

  it('earns by hedging always what the chart of the reward says', () => {
    const weights = { 'rewardWeights.answer': 1, 'rewardWeights.hedge': 0.4, 'rewardWeights.format': 0.3 };
    const hedged = toolChoice.score(examples[0]!, tokensOf(toolChoice, '<think> sum </think> HEDGE <eos>'));
    const config = grpoConfig({ ...presetConfig(grpo, grpo.presets[0]!), task: 'tool-choice', ...weights });
    expect(hedgeReward(config)).toBeCloseTo(hedged.reduce((sum, mark, k) => sum + mark * Object.values(weights)[k]!, 0), 9);
    expect(hedgeReward({ ...config, task: 'mini-vqa' })).toBeUndefined();
  });
});

describe('running-sum', () => {
  const example = { prompt: tokensOf(runningSum, '3 8 9 4 ='), truth: [4] };

  it('pays for the answer after any number of worked steps, and more for fewer tokens', () => {
    expect(runningSum.vocabulary).toHaveLength(16);
    const marks = ['', '3 8 1 ; ', '3 8 1 ; 1 9 0 ; ', '3 8 1 ; 1 9 0 ; 0 4 4 ; '].map((steps) =>
      score(runningSum, example, `<think> ${steps}</think> 4 <eos>`),
    );
    marks.forEach(({ answer, format, brevity }, steps) => {
      expect([answer, format]).toEqual([1, 1]);
      expect(brevity).toBeCloseTo(1 - (4 + 4 * steps) / 20);
    });
    expect(score(runningSum, example, '<think> </think> 5 <eos>')).toMatchObject({ answer: 0, format: 1 });
    expect(score(runningSum, example, '<eos>')).toEqual({ answer: 0, format: 0, brevity: 0.95 });
  });
});

describe('mini-vqa', () => {
  it('has 42 tokens', () => expect(miniVqa.vocabulary).toHaveLength(42));

  it('scores each tag on its own', () => {
    const truth = tokensOf(miniVqa, 'mass axial CT mass left');
    const example = { prompt: miniVqa.split(0, 4, 4).training[0]!.prompt, truth };
    expect(score(miniVqa, example, '<answer> mass </answer> <mod> CT </mod> <plane> axial <eos>')).toEqual({
      format: 0, answer: 1, plane: 0, modality: 1, caption: 0,
    });
    const caption = (thought: string): number => score(miniVqa, example, `<think> ${thought}</think> <eos>`).caption!;
    expect(caption('mass left ')).toBe(1);
    expect(caption('left ')).toBeCloseTo(Math.SQRT1_2);
    expect(caption('mass right ')).toBeCloseTo(0.5);
    expect(caption('mass left right ')).toBeCloseTo(2 / Math.sqrt(6));
    expect(caption('')).toBe(0);
  });
});
