import type { pointerFindings as english } from '../en/pointerFindings.js';

export const pointerFindings: Record<keyof typeof english, string> = {
  'finding.underfitting.evidence': '运行结束时，在它学过的查询上得分为 {training}。',
  'finding.underfitting.cause':
    '选择器连自己的训练查询都没有学会，谈不上死记，与验证的差距也说明不了什么。步数太少、步子太小，或学习率高到无法稳定下来。',
  'finding.underfitting.fix':
    '先训练得更多或更快，再考虑加强正则化：V3 取 3e-5 最终 0.34，3e-4 为 0.77，1e-3 为 0.85；轮数加倍为 0.84。如果学习率高于 ' +
    '3e-3，请调低：1e-2 最终 0.48。',
  'finding.overfitting': '过拟合',
  'finding.overfitting.evidence': '训练得分 {training}，验证得分 {validation}：相差 {gap}。',
  'finding.overfitting.cause':
    '选择器对 512 个训练查询的最佳选法掌握得更好，对没见过的查询则差一些。差距本身并无害处：要看验证得分是否也在下降。',
  'finding.overfitting.fix':
    '只有验证得分下降时才需要：减少轮数或增大 dropout。V2 不用 dropout 时训练 0.99，验证仍为 0.85，与 dropout 0.5 相同。',
  'finding.not-finite.grpo.evidence': '第 {step} 步的 GRPO 损失或其梯度不是有限的数。运行已停止，此前的测量都已保留。',
  'finding.not-finite.grpo.cause':
    '策略在两次更新之间移动过远，某个采样选法的概率几乎消失：比率或与参考模型的 KL 溢出了。',
  'finding.not-finite.grpo.fix':
    '用更低的 GRPO 学习率从最后一个正常的检查点继续：取 3e-4 时，这里不论有无 KL 都没有溢出。',

  'remedy.lower-grpo-rate': '把 GRPO 的学习率降到从未溢出的水平。',
};
