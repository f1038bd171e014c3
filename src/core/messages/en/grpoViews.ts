/** The views of the GRPO lab: rollouts, and reward against entropy. */
export const grpoViews = {
  'rollouts.title': 'Rollouts of step {step}',
  'rollouts.item': 'prompt',
  'rollouts.prompts': 'Prompts of this step',
  'rollouts.pick': 'Prompt {index}',
  'rollouts.pickDead': 'Prompt {index}, dead group',
  'rollouts.noneDead': 'No dead group: every prompt has something to teach.',
  'rollouts.dead': 'Dead groups (hollow): {dead} of {count}. All their rewards are equal.',
  'rollouts.prompt': 'Prompt',
  'rollouts.expected': 'Right answer',
  'rollouts.allEqual':
    'Dead group: every response earned {reward}, so every advantage is 0 and nothing is learned from this prompt.',
  'rollouts.response': 'Response {index}: {text}',
  'rollouts.token': '{token}: probability {probability}, entropy {entropy} nats',
  'rollouts.drawn': 'p {probability}\nH {entropy}',
  'rollouts.reward': 'reward',
  'rollouts.advantage': 'advantage',
  'rollouts.component': '{name} {value} × {weight}',
  'rollouts.less': 'made less likely',
  'rollouts.more': 'made more likely',
  'rollouts.hover': 'Point at a token for its probability p when it was sampled, and the entropy H (nats) of the distribution it came from.',

  'law.title': 'Reward against entropy',
  'law.about':
    'One point a validation, pale at the start and full at the end. Training spends entropy (right to left) to ' +
    'buy reward.',
  'law.aboutSteps':
    'One point a training step, pale at the start and full at the end. Training spends entropy (right to left) to buy ' +
    'reward.',
  'law.ceiling': 'predicted ceiling {ceiling}',
  'law.ceilingName': 'Ceiling',
  'law.points': 'Points',
  'law.tooFew': 'A fit needs a few more validations at different entropies.',
  'law.good':
    'The fit predicts reward {ceiling} once all entropy is spent (H = 0). A run that gets near it early has ' +
    'little left to gain: what helps is to spend entropy more slowly.',
  'law.beyond':
    'The fit’s ceiling of {ceiling} lies above the largest possible reward, {largest}: entropy was still high when these ' +
    'points were measured, and the curve will flatten before it gets there.',
  'law.poor':
    'The law fits this run poorly (R² {r2}): entropy and reward did not move together, so its ceiling says little.',
  'law.rising':
    'Here reward fell while entropy fell: entropy was spent without reward, and the law has no ceiling to predict.',
  'law.builtIn':
    'One choice, hedge or tool, makes up most of the entropy on this task, so part of the fit is built in.',
  'law.source':
    'Law R = −a · exp(H) + b from ‘The Entropy Mechanism of Reinforcement Learning for Reasoning Language ' +
    'Models’, arXiv 2505.22617.',
  // The family side by side
  'family.title': 'The family side by side',
  'family.about':
    'Variants of GRPO on the settings as they stand, one change each, from the same warm start and over the same seeds: ' +
    'what each ends at, how soon its mean score is high, and how many responses that took.',
  'family.open': 'Choose who takes part',
  'family.who': 'Train',
  'family.plain': 'Settings as they stand',
  'family.same':
    'What cannot be chosen is the plain way with these settings: with one update a rollout batch the ratio is 1. Set mini-batches or inner epochs above 1 to tell them apart.',
  'family.start': 'Train one after the other',
  'family.end': 'Leave the rest',
  'family.results': '{metric} at the end, {seeds} seeds from {seed} on. Settings: {base}',
  'family.variant': 'Variant',
  'family.reached': 'Reaches {reached}',
  'family.samples': 'Responses sampled',
  'family.findings': 'Findings',
  'family.never': 'not once',
  'family.step': 'step {step}',
  'family.noFinding': 'none',
  'family.waits': 'waits for its turn',
  'family.notTrained': 'not trained',
  'family.how':
    'The mean and standard deviation of the last score over seeds; findings with the number of seeds in which they held. A few seeds do not tell variants apart that lie closer than that: “Two recipes side by side” gives the difference of two over paired seeds, with its error.',
} as const;
