import type { views as english } from '../en/views.js';

export const views: Record<keyof typeof english, string> = {
  'chart.empty': '尚无数据',
  'chart.noValidation': '未测量：验证已关闭',
  'chart.menu': '选项：{metric}',
  'chart.log': '对数坐标轴',
  'chart.resetZoom': '显示全部步数',
  'chart.picture': '保存图片（PNG）',
  'chart.table': '保存数值（CSV）',
  'chart.zoomHelp': '在图上拖动或双指缩放；Ctrl + 滚轮缩放，Shift + 拖动平移，双击显示全部步数。',
  'chart.explore': '{title}：逐步查看数值',
  'chart.step': '第 {step} 步',
  'chart.reading': '第 {step} 步：{value}',
  'chart.summary':
    '{title}：首个值 {first}（第 {firstStep} 步），最新值 {last}（第 {lastStep} 步），最低 {min}（第 {minStep} 步），最高 {max}（第 {maxStep} 步）。',
  'chart.level': '{name} {value}',
  'chart.named': '{name} {value}',
  'chart.gap': '差距',
  'chart.standardError': '± 1 个标准误差',
  'chart.error': '± {error}（标准误差）',
  'chart.oneSeed': '单个种子。',
  'chart.band.sd': '{n} 个种子的均值 ± 1 个标准差。',
  'chart.band.range': '{n} 个种子的均值与范围。',
  'chart.band.none': '{n} 个种子的均值。',

  'inspect.seed': '种子',

  'finding.when': '第 {step} 步 · {replicas} 个种子中的 {seen} 个',
  'finding.why': '原因与对策',
  'finding.apply': '应用：{change}',
  'severity.warning': '警告',
  'severity.alarm': '警报',

  'finding.not-finite': '出现非有限数',
  'finding.not-finite.evidence': '第 {step} 步的损失或梯度不是有限的数。训练已停止，此前的测量都已保留。',
  'finding.not-finite.cause': '某次更新过大导致数值溢出，或损失对 0 取了对数。再继续下去，所有权重都会损坏。',
  'finding.not-finite.fix': '用更低的学习率从最后一个正常的检查点继续。',
};
