import type { differences as english } from '../en/differences.js';

export const differences: Record<keyof typeof english, string> = {
  'differences.title': '两份配置对照',
  'differences.about':
    '两份配置有哪些不同，每处不同影响多大：每项勾选的修改先单独尝试，再全部一起尝试，与基准使用同样的种子，这样才能把运气和效果分开。',
  'differences.base': '基准',
  'differences.other': '对照',
  'differences.knobs': '当前设置',
  'differences.none': '两份配置在训练方法上完全一致。',
  'differences.knob': '设置',
  'differences.try': '在基准上尝试',
  'differences.include': '尝试 {knob}',
  'differences.value': '{knob} 的取值：数值，或倍数如 ×10',
  'differences.tryAlone': '单独训练',
  'differences.aloneWhy':
    '带按钮的设置决定每步用多少数据、共有多少步，或学习什么：在这些设置上不同的运行不能作为一个群体一起训练，因此各自单独训练，种子相同，也不计入“勾选项一起”。',
  'differences.equal': '{count} 项设置相同',
  'differences.start': '逐项尝试：{runs} 个运行一起训练',
  'differences.startRest': '逐项尝试：再训练 {runs} 个运行，另有 {known} 个已经训练好',
  'differences.showKnown': '显示已经训练好的 {known} 个运行',
  'differences.startBase': '只训练基准',
  'differences.seeds': '种子数',
  'differences.tooMany': '除基准和“勾选项一起”之外，最多容纳 {most} 项勾选的修改。',
  'differences.unscored': '{metric}不会被测量：基准的“{knob}”为 0。应为：大于 0。',
  'differences.results': '结束时的{metric}，种子从 {seed} 开始。基准：{base}',
  'differences.fix': '修改',
  'differences.all': '勾选项一起',
  'differences.final': '得分 ± 标准差',
  'differences.effect': '与基准之差',
  'differences.wins': '更好的种子',
  'differences.verdict': '结论',
  'differences.progress': '第 {step} 步，共 {steps} 步',
  'differences.needsBase': '已完成；用同样多的种子训练基准后即可比较',
  'differences.isBase': '其他各行与它比较',
  'differences.winsOf': '{seeds} 个种子中的 {wins} 个',
  'differences.verdict.helps': '有帮助',
  'differences.verdict.hurts': '有害',
  'differences.verdict.none': '没有差别',
  'differences.verdict.open': '未定：需要更多种子',
  'differences.how':
    '差值取自同一种子的两次运行，± 后为 95% 区间的一半（Student t）。小于 {smallest} 的差值视为没有差别。结论只对这个' +
    '训练预算和这个起点成立；换一个学习率或起点，结论可能反转。',
};
