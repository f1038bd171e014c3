import type { pointerPresets as english } from '../en/pointerPresets.js';

export const pointerPresets: Record<keyof typeof english, string> = {
  'preset.pointer.v2': 'V2：监督学习基线',
  'preset.pointer.v2.story':
    '对最佳选法做交叉熵：学习率 3e-3，批大小 64，dropout 0.5，无平滑，20 轮。160 步后得分达到 0.84（5 个种子为 0.82 到 ' +
    '0.86）。接着试试：预设 V3，或在下方对照两份配置。',
  'preset.pointer.v3': 'V3：奖励加权',
  'preset.pointer.v3.story':
    '第二套配置：学习率 3e-4，批大小 1，dropout 0.1，平滑 0.1，5 轮，用奖励代替最佳选法。最终 0.77，5 个种子全部落后于 V2。' +
    '常见的建议有三条：去掉平滑、dropout 取 0.5、学习率乘 10。哪一条对？在“两份配置对照”里逐项试试。',
  'preset.pointer.v3.caveat':
    '建议认为三项修改都有帮助。在这里只有一项：学习率乘 10 得 0.82。平滑取 0 变化不大（0.755），dropout 0.5 反而更差' +
    '（0.69），因为选择器是训练太少，而不是太多。从 V2 检查点出发则结论反转：V3 原样最终 0.88，乘 10 为 0.83，三项一起为 0.80。',
  'preset.pointer.v3-higher-lr': 'V3，学习率乘 10',
  'preset.pointer.v3-higher-lr.story':
    'V3 的学习率取 3e-3 而不是 3e-4，最终 0.82，5 个种子全部高于 V3：落后 V2 主要是因为步子太小。每次一个查询，到最后仍有噪声。' +
    '接着试试：cosine 调度，最终 0.88，高于 V2。',
  'preset.pointer.v3-grpo': 'V3，再 GRPO',
  'preset.pointer.v3-grpo.story':
    'V3 之后做 128 次 GRPO 更新，学习率 3e-4，KL 0.02。得分停在约 0.75：更新这么少、学习率这么低，策略变得更尖锐（熵从 1.9 降' +
    '到 1.4），却没有变得更好。接着试试：GRPO 学习率 3e-3、KL 0.3。',
  'preset.pointer.v3-grpo.caveat':
    '人们常期望 GRPO 能修补薄弱的起点。在这里它既需要余地也需要约束：从较弱的 RCE（0.67）出发，640 次更新、学习率 3e-3，KL ' +
    '0.02 达到 0.78，KL 0.3 达到 0.86。没有 KL 时取 1e-2 会毁掉策略。',
};
