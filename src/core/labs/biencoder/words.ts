import { aspectWords, stanceWords, topicWords, vocabularySize, type WordKind } from './grammar.js';

/** The words of one language: those of one meaning in one row. */
interface Words {
  readonly topics: readonly string[];
  readonly aspects: readonly string[];
  readonly stances: readonly string[];
  readonly filler: string;
}

const english: Words = {
  topics: [
    'trains railways trams', 'reactors uranium fission', 'schools lessons pupils', 'taxes levies duties',
    'robots machines automation', 'farms crops harvests', 'football matches stadiums', 'museums galleries exhibits',
  ],
  aspects: [
    'costs prices budgets', 'safety accidents dangers', 'health illness stress', 'jobs wages careers',
    'climate emissions carbon', 'fairness equality rights',
  ],
  stances: ['support praise welcome promote', 'oppose blame reject ban'],
  filler:
    'the a and of to in on with for from by about today often maybe still also then here there people many some most few ' +
    'year week city country report friend story question reason moment place thing way idea example',
};

const chinese: Words = {
  topics: [
    '火车 铁路 电车', '反应堆 铀 核裂变', '学校 课程 学生', '税收 税费 关税',
    '机器人 机器 自动化', '农场 作物 收成', '足球 比赛 球场', '博物馆 美术馆 展品',
  ],
  aspects: ['成本 价格 预算', '安全 事故 危险', '健康 疾病 压力', '就业 工资 职业', '气候 排放 碳', '公平 平等 权利'],
  stances: ['支持 赞扬 欢迎 推广', '反对 指责 拒绝 禁止'],
  filler:
    '这 那 和 的 了 在 上 与 为 从 由 关于 今天 常常 也许 仍然 也 然后 这里 那里 人们 许多 一些 大多 少数 ' +
    '年 周 城市 国家 报告 朋友 故事 问题 原因 时刻 地方 事情 方式 想法 例子',
};

const languages = { en: english, zh: chinese };

/** The word of every token, by token id; the classification token has none. */
export function wordsOf(language: keyof typeof languages): readonly string[] {
  const { topics, aspects, stances, filler } = languages[language];
  const words = ['', ...[...topics, ...aspects, ...stances, filler].flatMap((row) => row.split(' '))];
  if (words.length !== vocabularySize) throw new Error(`${words.length} words for ${vocabularySize} tokens`);
  return words;
}

/** What a token says; filler says nothing. */
export type WordRole = 'topic' | 'aspect' | 'stance' | 'filler';

export function roleOf(token: number): WordRole {
  const within = ({ first, classes, synonyms }: WordKind): boolean => token >= first && token < first + classes * synonyms;
  if (within(topicWords)) return 'topic';
  if (within(aspectWords)) return 'aspect';
  return within(stanceWords) ? 'stance' : 'filler';
}
