import type { grpoPresets as english } from '../en/grpoPresets.js';

export const grpoPresets: Record<keyof typeof english, string> = {
  'preset.grpo.tool-choice-healthy': '工具选择：学会作答',
  'preset.grpo.tool-choice-healthy.story':
    '适中的学习率加一点 KL。策略一直尝试各种工具，直到知道哪个正确：验证奖励由 0.42 升到 0.94（20 次全部成功），pass@' +
    '4 由 0.60 升到 1.00。这里的熵也会下降，但下降得晚，并且换来了奖励。接着试试：用学习率 6e-3、KL 0 ' +
    '开始新的运行（预设“熵坍缩”），它会一律保守回答。同样的改动若在这次运行的第 40 步才做，害处就不大（16 次中有 14 次最终高于 ' +
    '0.75）：那时策略已经遇到过正确的工具。',
  'preset.grpo.entropy-collapse': '熵坍缩：一律保守回答',
  'preset.grpo.entropy-collapse.story':
    '同一任务，学习率 6e-3，没有 KL。保守回答立刻有回报，而正确调用很少见，所以不到 40 步策略就对所有问题都保守（20 ' +
    '次中 19 次）。训练奖励由 0.40 升到 0.50，答对的占比却由 0.20 降到 0，pass@4 由 0.60 降到 0。此后组内奖励全相同，' +
    '梯度为 0，再也回不来。接着试试：学习率 1e-3，或预热 50 步。',
  'preset.grpo.entropy-collapse.caveat':
    '常见建议是加熵奖励、提高温度或加 KL。这里它们几乎没用：0.01 到 0.03 的熵奖励、温度 1.3 都一次也没救回（0/10），' +
    'KL 0.1 救回 1 次，0.3 救回 3 次。随机探索恰恰是保守回答所惩罚的。较新的办法也不行：熵目标 0.1 或 0.3、' +
    'KL-Cov 救回 0/16，Clip-Cov 和动态采样各 2/16。有用的是前期走慢些、多看样本：学习率 1e-3 救回 10/10，预热 50 步 8 ' +
    '次，n = 16 救回 5 次。',
  'preset.grpo.stale-samples': '陈旧样本：落后八步',
  'preset.grpo.stale-samples.story':
    '学习率 2e-3，没有 KL，每条回复都来自 8 步之前的策略，就像采样与训练并行时那样。on-policy 时，同样设置的 16 次运行全' +
    '都答对 0.7 以上；这里只有 1 次。更新走过了头：一次更新体现在样本里时，后面又更新了七次。接着试试：rollout 校正 ' +
    'sequence-mask，16 次中有 14 次答对 0.7 以上；或学习率 5e-4，最终 0.86。',
  'preset.grpo.stale-samples.caveat':
    '通常的校正是截断每个 token 的权重。这里它救回 9/16；按整条回复加权，无论在 2 处截断还是排除超过 2 的，都救回 14/16。落后 4 步时，不校正为 7，校正后分别为 10、13 和 14。' +
    '在健康的学习率下，落后 4 步没有代价：奖励 0.94，与 on-policy 相同。',
  'preset.grpo.gullible-verifier': '轻信的验证器：错误答案能通过',
  'preset.grpo.gullible-verifier.story':
    '验证器把每两个错误答案中的一个判成正确。保守回答本来有半分，又有一半机会通过，于是与正确调用一样值钱，还更容易学。训' +
    '练得到的奖励升到 0.98；真实所得最终为 0.48，答对的只有 1%。接着试试：误判为对的比例 0.3，最终仍为 0.86；或把保守回' +
    '答的权重设为 0：即使用这个验证器，也能到 0.88。',
  'preset.grpo.gullible-verifier.caveat':
    '常说只要正确答案更常得分，噪声就无害。这里对“放过错误答案”成立，直到 0.3。否定正确答案更糟：0.2 最终 0.86，0.3 只有 ' +
    '0.23，因为稳拿的半分胜过常被否定的一分。',
  'preset.grpo.healthy': '逐步求和：健康',
  'preset.grpo.healthy.story':
    'n = 4，学习率 5e-4，预热 10 步后 cosine 降到十分之一，KL 0.02。留出 prompt 的正确率由 0.48 升到约 0.88。回复由 ' +
    '13.3 变长到 15.8 个 token，因为逐步推算比简短更有回报。接着试试：恒定学习率 3e-3、不加 KL（预设“崩溃”）。',
  'preset.grpo.healthy-n8': '逐步求和：健康，n = 8',
  'preset.grpo.healthy-n8.story':
    '健康运行，每个 prompt 采样 8 条回复。组越大越不容易全相同，能教会东西的 prompt 就更多：最终 0.94 ± 0.02，而不是' +
    '约 0.88，代价是每步样本数翻倍。接着试试：每步 4 个 prompt。样本总数相同时，n = 2、4、8 结果相近。',
  'preset.grpo.healthy-n8.caveat':
    '有些 n = 8 的运行很早到达峰值，常见的解读是组越大越不稳定。这里正相反：n = 8 最终高于 n = 4；在 1.5e-3 下，n = ' +
    '2 的 15 次有 14 次崩溃，n = 8 仍达到 0.74。峰值所在的步数更早，也因为每步样本更多。据说 RLOO 适合小组，这里与减组均值' +
    '结果相同：n = 2 时 0.85 和 0.84，n = 8 时 0.91 和 0.91。',
  'preset.grpo.collapse': '崩溃：先到峰值，再归零',
  'preset.grpo.collapse.story':
    '学习率 3e-3，预热 30 步后恒定，没有 KL。验证在第 10 到 20 步达到峰值 0.75，第 40 步 0.27，第 100 步 0.00（' +
    '25 次全部如此）。答案打平时短的回复获胜：长度由 15.8 降到 1 个 token，所有组都成死组，梯度为 0。最早报警的是梯度' +
    '范数，在第 18 到 36 步。接着试试：5e-4，最终 0.90。',
  'preset.grpo.collapse.caveat':
    '常见建议是 KL 0.01 或熵系数 0.01。在这个学习率下两者都无效，KL 0.05、从 3e-3 开始的 cosine、梯度范数上限 0.1 也' +
    '一样。这里没有出现长平台期之后的晚期崩溃。恰好归零还离不开那一点简短奖励：没有它，长度在这里不会崩溃。所以这只是' +
    '与大模型归零特征相同的一种机制，并不能解释所有情形。',
  'preset.grpo.collapse-n2': 'n = 2 时的崩溃',
  'preset.grpo.collapse-n2.story':
    '每组两条回复时，缩放后只剩谁得分更高：稍短一点与答对同样重要。学习率 2e-3 下，验证没有先升，第 10 步就由 0.49 降' +
    '到 0.17，第 100 步 0.00（10 次全部如此）。接着试试：n = 8 或学习率 5e-4。从 1.5e-3 出发，它们分别达到 0.74 和 ' +
    '0.84；KL 0.3 只到 0.49。',
  'preset.grpo.premature-convergence': '过早收敛',
  'preset.grpo.premature-convergence.story':
    '恒定 1.5e-3，没有 KL，也没有简短奖励。验证达到 0.82 后滑到 0.61 ± 0.09，而训练仍为 0.91。熵由 0.19 降到 0.03，' +
    '83% 的组是死组：策略定格在对 64 个训练 prompt 有效的做法上。接着试试：学习率 5e-4，或更多训练 prompt。',
  'preset.grpo.premature-convergence.caveat':
    '有些调参笔记描述恒定学习率下长平台期之后的突然崩溃。这里的下降是渐进的，最终也远高于 0：这个微缩实验中没有出现晚' +
    '期崩溃。',
  'preset.grpo.sampler-collapse': '采样器坍缩：温度 0.6',
  'preset.grpo.sampler-collapse.story':
    '温度 0.6 时组内回复趋同：采样分布的熵由 0.037 降到 0.007，93% 的组是死组。训练显示 0.98，而温度 1 下的验证最终只' +
    '有 0.75 ± 0.07。T = 1 的熵仍为 0.10 到 0.18，高于健康运行：失去多样性的是采样器，不是策略。接着试试：温度 1。',
  'preset.grpo.sampler-collapse.caveat':
    '有些调参笔记预期温度 0.8 加 top-p 0.9 可提升 15%。这里它们只抬高训练曲线，因为从未采到的尾部也就从未被压低。' +
    'mini-vqa 上，温度 0.8 的验证为 0.88，top-p 0.9 为 0.79，而两者都取 1 时为 0.90。',
  'preset.grpo.overfitting': '过拟合：8 个训练 prompt',
  'preset.grpo.overfitting.story':
    '八个 prompt 很快就被背下来。训练达到 0.95，验证却由第 10 步的 0.62 降到最终 0.26 ± 0.06：只看训练曲线会以为成功' +
    '了。接着试试：更多训练 prompt。用 512 个时，同样的设置最终 0.89。',
  'preset.grpo.too-timid': '过于谨慎：学习率 5e-5',
  'preset.grpo.too-timid.story':
    '健康学习率的十分之一。什么都没坏，但学到的很少：第 60 步 0.66，而 5e-4 时为 0.84。再大一百倍（5e-3）则第 30 步就' +
    '是 0.00。接着试试：训练途中把它调大十倍。',
  'preset.grpo.entropy-explosion': '熵爆炸',
  'preset.grpo.entropy-explosion.story':
    '熵系数 0.3 时，随机 token 得到的回报超过任务给正确 token 的回报。熵升到 2.4 nats（16 个 token 完全均匀为 2.77' +
    '），第 30 步验证为 0（5 次全部如此）。接着试试：0.03，在这里无害。',
  'preset.grpo.entropy-explosion.caveat':
    '常见建议是用 0.01 的熵系数防止崩溃。在本实验室它无害，但无论 running-sum 还是 tool-choice 都没能阻止崩溃。在大模' +
    '型上，0.001 就曾被怀疑导致熵爆炸；verl 的默认值曾是 0.001，现在是 0。',
  'preset.grpo.thinking-grows': '思考变长',
  'preset.grpo.thinking-grows.story':
    '“短回答”起点约 8 个 token，正确率 22%。这里简短不得分，而逐步推算的回复更常答对，于是在组内胜出：长度由 7.8 增' +
    '到 15.8 个 token，验证正确率由 0.22 升到 0.84 ± 0.02。长度本身不得分，得分的是答对。接着试试：简短权重 0.1。',
  'preset.grpo.clipping-off': '四轮内层更新，无裁剪',
  'preset.grpo.clipping-off.story':
    '每批 rollout 用来更新 4 次，而后几次没有任何约束：策略走得比样本所能支持的更远，80 步后为 0.22。裁剪 0.2 与' +
    '裁剪上界 0.4 时都是 0.72（各 15 次）。内层轮数为 1 时，这些设置都不起作用。接着试试：打开比率裁剪，或内层轮数 1。',
  'preset.grpo.clipping-off.caveat':
    '据说不用 PPO 裁剪的损失同样稳定。内层轮数为 4 时，CISPO 最终为 0.21，GPG 0.24，KL-Cov 0.17，SAPO 0.49，而裁剪为 0.72，' +
    'Clip-Cov 为 0.73（各 15 次）；学习率 2e-4 时 CISPO 为 0.83，裁剪为 0.86。裁剪上界 0.28 没有区别：0.76。',
  'preset.grpo.gspo-wide-clip': 'GSPO 用 PPO 的裁剪范围',
  'preset.grpo.gspo-wide-clip.story':
    'GSPO 对整条回复裁剪一个比率，即各 token 比率的几何平均。它的变化远小于单个 token，±0.2 的范围很少起作用。内层轮数为 4 ' +
    '时，15 次中有 7 次丢掉大部分正确答案，平均为 0.41，而 PPO 对 token 的裁剪为 0.72。接着试试：裁剪下界 0.03、上界 ' +
    '0.04，最终 0.78。',
  'preset.grpo.gspo-wide-clip.caveat':
    'GSPO 论文的范围是 3e-4 和 4e-4：回复有几千个 token，平均比率的变化更小。换了长度或换了损失，范围都不能照搬。',
  'preset.grpo.mini-batches': '四个 mini-batch',
  'preset.grpo.mini-batches.story':
    '每批 rollout 分成四份，各更新一次。学习率不变，走的路就是四倍：恒定 5e-4 训练 80 步后为 0.80，每批更新一次则为 0.87。接' +
    '着试试：学习率 2.5e-4，四个 mini-batch 也能到 0.87。',
  'preset.grpo.mini-batches.caveat':
    '常说是裁剪让 mini-batch 变得安全。这里它不起作用（不裁剪为 0.80）：每个样本只用一次，没有哪条回复的比率离 1 超过六分' +
    '之一。样本被重复使用时它才重要。',
  'preset.grpo.dynamic-sampling': '动态采样：没有死组',
  'preset.grpo.dynamic-sampling.story':
    '健康运行，但丢弃回复得分全相同的组，再采样新的 prompt，每步最多三批。每次更新都从能教会东西的组学习：最终 0.92 而不是 ' +
    '0.88。奖励和死组说的是保留下来的组。接着试试：每步 21 个 prompt，不过滤。',
  'preset.grpo.dynamic-sampling.caveat':
    '据说动态采样节省算力。prompt 数相同时它最终更高，但采样的回复是 2.7 倍。给普通 GRPO 同样多的回复，结果相同：这里 ' +
    '0.92，tool-choice 上 0.95 对 0.96。',
  'preset.grpo.one-token-short': '只差一个 token',
  'preset.grpo.one-token-short.story':
    '完整的回答需要 16 个 token，上限是 15。前十步有 47% 的回复被截断、得不到分，于是短的获胜：长度由 12 降到 2.5 个 token，' +
    '正确率降到 0.01；奖励一开始就低，看不出崩溃。接着试试：16 个 token，最终 0.90。',
  'preset.grpo.one-token-short.caveat':
    '常见建议是把被截断的回复排除在损失之外，或对长度软惩罚。两者都不会腾出空间：最终 0.01 和 0。空间足够时，对 20 个 token ' +
    '中最后 8 个的软惩罚无害（0.88），但惩罚是正确答案奖励的两倍时，最终 0.02。',
  'preset.grpo.vqa-healthy': '迷你 VQA：健康',
  'preset.grpo.vqa-healthy.story':
    '五项奖励各 0.2，学习率 5e-4，没有 KL。留出影像上的总分由 0.64 升到 0.90；噪声限制其上限约 0.95。学习率的合适范围' +
    '很宽：第 120 步时，1e-4 为 0.85，5e-4 为 0.89，3e-3 为 0.91，而 1e-2 为 0.50。接着试试：top-p 0.9，比较训练与验' +
    '证。',
  'preset.grpo.vqa-healthy.caveat':
    '有些调参笔记建议加重答案权重，并用温度 0.8 加 top-p 0.9。这里加重答案权重并不比等权更好；温度 0.8 的验证为 0.88' +
    '；top-p 0.9 只有 0.79，尽管训练显示 0.98。',
  'preset.grpo.vqa-answer-only': '迷你 VQA：只奖励答案',
  'preset.grpo.vqa-answer-only.story':
    '全部权重给答案。没有奖励的部分会漂移：格式正确的回复由 0.72 变为 0.42 ± 0.28，取决于种子；切面由 0.60 降到 0.45' +
    '。接着试试：训练途中把格式权重设为 0.2，看它能找回什么、找不回什么。',
  'preset.grpo.vqa-answer-only.caveat':
    '有些调参笔记说去掉格式奖励会损失 15% 到 20% 的答案，并说加重答案权重更好。这里只去掉格式权重，答案没有变化（格' +
    '式 0.91）；加重答案权重也没有区别。只有把答案以外的奖励全部去掉，损害才会出现。',
};
