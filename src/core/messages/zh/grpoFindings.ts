import type { grpoFindings as english } from '../en/grpoFindings.js';

export const grpoFindings: Record<keyof typeof english, string> = {
  'finding.gradient-spike': '梯度突增',
  'finding.gradient-spike.evidence': '梯度范数 {norm}，是第 5 至 10 步水平（{baseline}）的 {times} 倍。',
  'finding.gradient-spike.cause':
    '几次更新把策略推得太远，随后的梯度很大，方向也变了。这是崩溃最早的征兆：此时回复长度和验证成绩看上去都还正常。',
  'finding.gradient-spike.fix':
    '降低学习率。更严格的梯度裁剪没有用：在预设“崩溃”中，把上限设为 0.1 没有救回任何一次训练，而学习率从 3e-3 降到 5e-4 后最终达到 0.90。',

  'finding.kl-blow-up': 'KL 失控',
  'finding.kl-blow-up.evidence': '与参考模型的 KL 散度为每个 token {kl} nats；健康运行低于 0.07。',
  'finding.kl-blow-up.cause': '策略离开初始模型的速度超过了学会任务的速度。参考模型原有的能力（格式、逐步推算）正在被覆盖。',
  'finding.kl-blow-up.fix': '降低学习率。KL 系数能减缓轻微的漂移，但 0.05 压不住 3e-3 的学习率。',
  'finding.kl-blow-up.dropout.evidence': '与参考模型的 KL 散度为每个 token {kl} nats，测量时开启了 dropout。',
  'finding.kl-blow-up.dropout.cause':
    '策略会随机丢弃单元，参考模型不会，所以即使什么都没学到，两者也不同。仅 0.1 的 dropout 就会带来 0.6 至 1.4 的 KL。',
  'finding.kl-blow-up.dropout.fix': '关闭 dropout。在 running-sum 上，0.1 的 dropout 使验证成绩从 0.88 降到 0.78。',

  'finding.length-collapse': '长度崩溃',
  'finding.length-collapse.evidence': '回复平均 {length} 个 token；此前曾达到 {longest} 个。',
  'finding.length-collapse.cause':
    '当一组回复全部答错时，微小的简短奖励成了唯一的差别，而除以标准差又把它放大成正常大小。策略于是学会了不再思考。这是产生这种现象的一种机制，不是唯一的一种。',
  'finding.length-collapse.fix': '降低学习率。每组只有 2 条回复时，n = 8 也能挽救训练（学习率 1.5e-3 时为 0.74，而不是 0）。',

  'finding.dead-groups': '死组',
  'finding.dead-groups.evidence': '{sharePercent}% 的组中所有回复得分相同。训练中答对的比例：{answersPercent}%。',
  'finding.dead-groups.cause':
    '优势等于奖励减去组内平均。如果一组回复同样正确或同样错误，所有优势都为 0，这一组就学不到任何东西。',
  'finding.dead-groups.fix':
    '如果答案是错的，说明策略过早停止了探索：降低学习率，或对每个 prompt 采样更多回复（n = 2 起初有 56% 的死组，n = 8 只有 4%）。如果答案是对的，说明这些 prompt 已经学会了。',
  'finding.dead-groups.sampler.evidence': '采样分布被收窄，{sharePercent}% 的组中所有回复得分相同。训练中答对的比例：{answersPercent}%。',
  'finding.dead-groups.sampler.cause':
    '低于 1 的温度、top-p 或 top-k 使一组回复几乎一模一样。奖励相同，优势就都为 0，尽管策略本身仍能给出不同的回复。',
  'finding.dead-groups.sampler.fix':
    '从完整的策略采样：温度 1、top-p 1、关闭 top-k。温度为 0.6 时，running-sum 最终有 93% 的死组，训练成绩 0.98，验证成绩只有 0.75。',
  'finding.dead-groups.nothing.evidence': '{sharePercent}% 的组中所有回复得分相同，而且几乎没有得分：奖励为 {reward}（满分 {largest}）。',
  'finding.dead-groups.nothing.cause':
    '几乎每条回复都是错的、格式不对或被截断，组内很少有哪条回复得分更高，因此学不到东西。',
  'finding.dead-groups.nothing.fix':
    '在图表下方读几条回复。如果没写到答案就停了，请允许更多 token（一次工具调用需要 7 个）；如果内容混乱，请降低学习率或熵系数后重新开始；如果答案正确，请给答案一个权重。',
  'finding.dead-groups.weightless.evidence': '任何回复都得不到奖励：所有奖励权重都是 0。',
  'finding.dead-groups.weightless.cause':
    '优势等于加权后的奖励减去组内平均。权重全为 0 时，无论策略写什么，优势都是 0。',
  'finding.dead-groups.weightless.fix': '至少给一项奖励大于 0 的权重。',

  'finding.gradient-vanished': '梯度消失',
  'finding.gradient-vanished.evidence': '梯度范数 {norm}：策略已不再变化。',
  'finding.gradient-vanished.cause':
    '几乎没有哪一组的奖励还有差别，优势也就几乎全为 0。策略会停在现在的位置。这是崩溃的结局，不是原因。',
  'finding.gradient-vanished.fix': '继续训练无法恢复。请用更低的学习率重新开始，或回到第一个发现出现之前的检查点。',

  'finding.entropy-collapse': '熵坍缩',
  'finding.entropy-collapse.evidence': '采样分布的熵为每个 token {entropy} nats；温度为 1 时为 {entropyAtT1}。',
  'finding.entropy-collapse.cause':
    '策略对几乎每个 token 都已确定，而不再被采样到的内容也就不会再得到奖励。这只是警告，本身不算失败：看验证成绩才知道它确定的是不是正确的东西。',
  'finding.entropy-collapse.fix': '降低学习率，让确定性随奖励一起增长。在这里，0.01 的熵奖励加 0.05 的 KL 没有解决问题。',
  'finding.entropy-collapse.sampler.evidence': '采样分布的熵为每个 token {entropy} nats，而温度为 1 时为 {entropyAtT1}。',
  'finding.entropy-collapse.sampler.cause':
    '低于 1 的温度去掉了样本的多样性，策略本身仍保有它。少见的续写在训练中从不出现，因而从不被纠正，而温度为 1 的验证会遇到它们。',
  'finding.entropy-collapse.sampler.fix': '用温度 1 采样。温度为 0.6 时，running-sum 训练成绩达到 0.98，验证成绩只有 0.75。',
  'finding.entropy-collapse.unrewarded.evidence':
    '熵耗尽了，却没有换来奖励：{deadPercent}% 的组中所有回复得分相同，奖励为 {reward}（满分 {largest}）。决策 token 的熵：{entropy} nats。',
  'finding.entropy-collapse.unrewarded.cause':
    '训练初期，保守回答比任何工具都更常得分，所以走得太快的策略还没找到正确的工具就认定了它。一旦一组回复全是保守回答，得分都相同，就没有什么可学的了。健康运行也会失去熵，但更晚，并且换来奖励。',
  'finding.entropy-collapse.unrewarded.fix':
    '初期走慢一些。从学习率 6e-3 出发，改为 1e-3 救回 10 次中的 10 次，预热 50 步救回 8 次，n = 16 救回 5 次。0.01 至 0.03 的熵奖励一次也没救回：随机探索恰恰是保守回答所惩罚的。',
  'finding.entropy-collapse.partly.evidence':
    '{deadPercent}% 的组中所有回复得分相同，奖励为 {reward}（满分 {largest}）：一部分组一致选对了工具，其余的组一致选了保守回答。决策 token 的熵：{entropy} nats。',
  'finding.entropy-collapse.partly.cause':
    '对一部分问题，策略已经认定保守回答，这些组不再提供学习信号。其余的组仍然提供，因此处于这种状态的运行可能恢复：观察到的三次分别以 0.75、0.89 和 0.95 结束。',
  'finding.entropy-collapse.partly.fix':
    '先看验证成绩。只要它还在上升，就无需改动；如果停滞，调低学习率可以给其余问题更多时间。',

  'finding.entropy-explosion': '熵爆炸',
  'finding.entropy-explosion.evidence': '每个 token 的熵从 {early} nats 升到 {entropy} nats，而奖励（{reward}）没有上升。',
  'finding.entropy-explosion.cause': '“不确定”带来的好处超过了任务给正确答案的奖励。熵系数很大时，随机文本就是最优策略。',
  'finding.entropy-explosion.fix':
    '关闭或减小熵奖励：系数为 0.3 时，5 次训练全部在第 30 步前验证成绩降为 0；0.03 没有害处。没有熵奖励时，降低学习率。',

  'finding.validation-drop': '验证成绩下降',
  'finding.validation-drop.evidence': '连续两次验证成绩仅为 {before} 和 {score}，此前在第 {bestStep} 步曾达到 {best}。',
  'finding.validation-drop.cause':
    '在没有用于训练的 prompt 上，策略变差了。必须连续两次才算：单次验证可能因偶然出现这么大的下降。',
  'finding.validation-drop.fix':
    '保留最佳检查点。如果训练奖励仍在上升，说明 prompt 正在被背下来：请使用更多 prompt。如果训练奖励也在下降，请降低学习率。',

  'finding.overfitting': '过拟合',
  'finding.overfitting.evidence': '训练 {training}，验证 {validation}：相差 {gap}。',
  'finding.overfitting.cause': '策略能答对训练过的 prompt，却答不对没见过的。少量 prompt 反复出现，答案可以被背下来。',
  'finding.overfitting.fix': '使用更多训练 prompt：学习率同为 1e-3，8 个 prompt 的验证成绩最终为 0.26，512 个为 0.89。',
  'finding.overfitting.sampler.evidence': '从收窄的分布采样，训练 {training}；温度为 1 的验证 {validation}：相差 {gap}。',
  'finding.overfitting.sampler.cause':
    '差距来自采样器。低于 1 的温度、top-p 或 top-k 会抬高训练成绩，却不改变策略，而验证会从整个策略采样。',
  'finding.overfitting.sampler.fix': '训练时从完整的策略采样：温度 1、top-p 1、关闭 top-k。只在相同设置下比较训练与验证。',

  'finding.underfitting.evidence': '验证成绩最终为 {to}，与开始时的 {from} 相当。',
  'finding.underfitting.cause': '策略几乎没有移动：更新太小，或者一组之内奖励很少不同，更新没有方向。',
  'finding.underfitting.fix': '看死组和梯度范数：死组少，就提高学习率；死组多，就改变采样。',

  'finding.stale-policy': '策略陈旧',
  'finding.stale-policy.evidence': '回复来自 {staleness} 步之前的策略，与正在训练的策略相距每个 token {kl} nats。超过 {limit} 的运行都出了问题。',
  'finding.stale-policy.cause':
    '旧策略写出的回复被打分，又用来强化一个本会写出别的内容的策略。等一次更新体现在样本里时，后面又更新了好几次，于是走过了头。',
  'finding.stale-policy.fix':
    '按训练策略的看法给整条回复加权（rollout 校正），或者降低学习率、减少陈旧步数。在预设“陈旧样本”中，sequence-mask 救回 16 次中的 14 次，token-truncate 救回 9 次；不校正时只有 1 次学得好。',

  'finding.truncation': '回复被截断',
  'finding.truncation.evidence': '{sharePercent}% 的回复在 {most} 个 token 处被截断。',
  'finding.truncation.cause': '写不完的回复，答案得不到分。够短的就赢，不管对错，策略于是学会了不思考就作答。',
  'finding.truncation.fix': '允许更多 token。在预设“只差一个 token”中，把这些回复排除在损失之外，或者对长度软惩罚，都没有用。',

  'finding.truncation.grown.evidence': '{sharePercent}% 的回复在 {most} 个 token 处被截断，而开始时几乎没有。',
  'finding.truncation.grown.cause':
    '回复一直变长，直到碰到上限。要么策略写的内容已经散乱，不再结束（看熵和 KL）；要么越长得分越多，而空间已经用完。',
  'finding.truncation.grown.fix': '读几条图表下方的回复。如果内容散乱，就用更低的学习率、不加熵奖励重新开始；如果写到的部分都对，就允许更多 token。',

  'finding.verifier-exploited': '验证器被利用',
  'finding.verifier-exploited.evidence': '训练得到的奖励是 {told}，真实所得只有 {earned}，满分 {largest}。',
  'finding.verifier-exploited.cause':
    '验证器把一部分错误答案判成正确。经常能通过的错误答案与正确答案一样值钱，又更容易学，策略就认定了它，而报告的奖励还在上升。',
  'finding.verifier-exploited.fix':
    '阅读图表下方的回复，抽一些人工判断。在 tool-choice 上，误判为对的比例为 0.3 时最终仍答对 0.86，0.4 时 0.3，0.5 时只有 0.01；若保守回答本身不再有奖励，0.5 时为 0.88。',

  'finding.verifier-exploited.strict.evidence': '{hedgesPercent}% 的回复是保守回答，而正确答案被否定了得分。',
  'finding.verifier-exploited.strict.cause':
    '验证器把一部分正确答案判成错误。稳拿半分的回复就胜过常被否定的满分回复，策略还不常答对时尤其如此。',
  'finding.verifier-exploited.strict.fix':
    '让验证器接受以其他形式写出的正确答案，或者少给保守回答奖励。在 tool-choice 上，误判为错的比例为 0.1 时最终答对 0.92，0.2 时 0.86，0.3 时 0.23。',

  'finding.ratio-blow-up': '比率失控',
  'finding.ratio-blow-up.evidence': '整条回复的新旧概率比（各 token 的几何平均）最大为 {ratio}；学得好的运行低于 1.25。',
  'finding.ratio-blow-up.cause':
    '每批 rollout 用于好几次更新，合起来把策略推得比这批样本所能说明的更远：后几次强化的是旧策略的行为。',
  'finding.ratio-blow-up.fix':
    '裁剪每个 token 的比率、减少每批的更新次数，或者降低学习率。在 running-sum 上内层轮数为 4 时，裁剪最终为 0.72，同样范围的 GSPO 为 0.41，CISPO 为 0.21。',

  'remedy.correct-rollouts': '校正较旧的采样策略：训练策略认为更不可能的回复权重更小，认为可能性超过两倍的回复不计入。',
  'remedy.unpaid-safe-reply': '保守回答不再有奖励：验证器放过的已经付过了。',
  'remedy.lower-learning-rate.tool-choice': '走慢一些：这样策略在认定保守回答之前，就能遇到正确的工具。',
  'remedy.no-entropy-bonus': '关闭熵奖励：它奖励的是策略的不确定。',
  'remedy.fewer-inner-epochs': '每批采样只更新一次：之后的更新所学的，是已经不存在的策略的回复。',
  'remedy.clip-ratios': '开启比率裁剪：它使同一批采样的后几次更新不会离采样时的策略太远。',
  'remedy.more-prompts': '使用更多训练 prompt：数量多了就难以背下来。',
  'remedy.whole-policy': '从完整的策略采样：组内回复才会不同，少见的回复也才会得到纠正。',
  'remedy.cooler-sampling': '用温度 1 采样：随机探索恰恰是保守回答所惩罚的。',
  'remedy.token-mean': '让所有 token 权重相同：按序列取均值时，短回复的 token 权重更大。',
  'remedy.room-for-answers': '允许更多 token：在给出答案之前就被截断的回复得不到分。',
  'remedy.no-dropout': '关闭 dropout：这样学习的策略就是采样的策略。',
  'remedy.no-label-smoothing': '关闭标签平滑：它像熵奖励一样，奖励随机的 token。',
};
