import type { charts as english } from '../en/charts.js';

/** How charts are drawn, read and saved. */
export const charts: Record<keyof typeof english, string> = {
  'charts.along': '横轴',
  'charts.along.step': '步数',
  'charts.along.samples': '样本数',
  'charts.along.tokens': 'token 数',
  'charts.along.time': '训练时间',
  'charts.alongHint': '所有图表的横轴计什么。样本数是到该步为止的全部回复、样本对或查询；训练时间不含暂停和验证。',
  'charts.trimmed': '离群值不计入刻度',
  'charts.trimmedHint': '超出四分位数三倍四分位距的个别数值不计入纵轴刻度；图上会注明它们到多少。',
  'charts.legend': '图表中的运行',
  'charts.toForeground': '置于前台',
  'chart.at.step': '第 {count} 步',
  'chart.at.samples': '{count} 个样本',
  'chart.at.tokens': '{count} 个 token',
  'chart.at.time': '训练 {count} 秒',
  'chart.above': '↑ {value}',
  'chart.aboveHint': '超出刻度：数值最高到 {value}',
  'chart.below': '↓ {value}',
  'chart.belowHint': '超出刻度：数值最低到 {value}',
  'chart.baseline': '{run}（基线）',
  'chart.smoothed': '平滑 {smoothing}。',
  'chart.screen': '全屏',
  'chart.leaveScreen': '退出全屏',
  'chart.drawing': '保存图形（SVG）',
};
