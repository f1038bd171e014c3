import type { rewardModelPresets as english } from '../en/rewardModelPresets.js';

export const rewardModelPresets: Record<keyof typeof english, string> = {
  'preset.reward-model.healthy': '健康',
  'preset.reward-model.healthy.story':
    '512 对、秩 8 的 LoRA、4 轮。验证损失从 0.76 降到 0.56，准确率升到 0.73；知道每个词价值的模型可达 0.78。最后几轮验证损失会有' +
    '一两个百分点的起伏。这是过拟合吗？图表下方的视图会回答。接着试试：秩 32、alpha 64，或者 DoRA。',
  'preset.reward-model.healthy.caveat':
    '常有人建议：用 DoRA 代替 LoRA，预热从 10% 改为 0 或 30%，linear 改为 cosine。在这里，它们对验证损失和准确率的影响都不超过 ' +
    '0.003（12 个种子）。',
  'preset.reward-model.one-epoch': '训练损失高于验证损失',
  'preset.reward-model.one-epoch.story':
    '只训练一轮。日志里的训练损失 0.67，仅略低于随机水平；验证损失 0.58：12 次运行里都是前者更高。这既不需要“验证集更容易”，也不需要' +
    '“训练不足”来解释：日志取的是整轮的平均，包括最初笨拙的那些步，而且带着 dropout。按验证损失的方式测量，训练损失最终为 0.58，' +
    '与验证损失持平。',
  'preset.reward-model.overconfident': '把握大过正确率',
  'preset.reward-model.overconfident.story':
    '偏好分明（β 20）、5% 的标签被翻转、学习率 1e-2、24 轮。模型把翻转的标签背了下来，奖励越拉越开。验证损失最终比最低点高约三分之' +
    '二，准确率却只降了 3 个百分点，从 0.814 到 0.785：损失的大部分来自对错误偏好的自信。接着试试：4 轮（0.44 而不是 0.73），或标签平' +
    '滑 0.1，它把过度自信从 0.13 降到 0.00。',
  'preset.reward-model.overconfident.caveat':
    '常有人报告验证损失上升的同时准确率也上升。这里没有出现：准确率不动或略降。提高学习率在这里也不会让模型更自信：2e-2 和 3e-2 在 ' +
    '12 轮后的过度自信比 1e-2 更小（0.06 和 0.02，对 0.09）。增加轮数才会。',
  'preset.reward-model.overfitting': '过拟合',
  'preset.reward-model.overfitting.story':
    '128 对、秩 32、alpha 64、无 dropout、20 轮。训练损失降到 0.01：每一对都背熟了。验证损失先降到约 0.6，再升到 1.36，准确率降' +
    '到 0.62。过拟合就是这个样子：远远超出误差带。接着试试：4 轮（0.60），再加上 512 对（0.59）。512 对配 20 轮则不是解药：1.50。',
};
