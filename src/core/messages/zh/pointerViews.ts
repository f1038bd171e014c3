import type { pointerViews as english } from '../en/pointerViews.js';

export const pointerViews: Record<keyof typeof english, string> = {
  'pool.title': '一个查询的候选池，第 {step} 步',
  'pool.about':
    '一个留出的查询和它的候选，按相关性从高到低排列。看每次选取的概率是否落在该位置的最佳候选（★）上，以及第一个候选' +
    '被选走后，后面几列如何变化。',
  'pool.queries': '留出的查询',
  'pool.item': '查询',
  'pool.picked': '选中',
  'pool.best': '最佳',
  'pool.mean': '所有选法的均值',
  'pool.score': '得分',
  'pool.utility': '效用 {utility}',
  'pool.allRight': '这就是最佳选法。最佳选法得 {score} 分，随机选取平均得 0 分。',
  'pool.otherOrder': '选对了候选，但顺序不同：得分 {score}。',
  'pool.others': '与最佳选法不同，得分 {score}。这不一定糟糕：好几种选法的价值可能几乎相同。',
  'pool.candidate': '候选',
  'pool.relevance': '相关性',
  'pool.attention': '注意力',
  'pool.pick': '第 {index} 次选取',
  'pool.bestAt': '最佳选法中的第 {index} 个',
  'pool.pickedAt': '第 {index} 个被选中',
  'pool.taken': '已选走',
  'pool.legendBest': '最佳选法中的位置',
  'pool.legendPicked': '实际被选中的位置',
};
