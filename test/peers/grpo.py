"""TRL's GRPOTrainer trains on the tokens that the project sampled: advantages, loss, clipping and AdamW are its own."""
from importlib.metadata import version
from types import SimpleNamespace

import torch
import trl.trainer.grpo_trainer as module
from datasets import Dataset
from transformers import AutoModelForCausalLM
from trl import GRPOConfig, GRPOTrainer

from recording import OnTheseTerms, Pairing, common_arguments, scratch, tokenizer
from transformer import Playground, PlaygroundConfig, named

# TRL shuffles responses before it cuts them into mini-batches. Which are together is no formula: here they stay in order.
module.shuffle_sequence_dict = lambda batch: batch

LIBRARY = f'TRL {version("trl")}'


class Trainer(OnTheseTerms, GRPOTrainer):
    pass


def loss_of(config):
    """loss_type and what else names the policy loss. 'dapo' divides by the tokens of all mini-batches, 'bnpo' by its own."""
    by_aggregation = {
        'token-mean': 'dapo' if config['miniBatches'] == 1 else 'bnpo', 'seq-mean-token-mean': 'grpo', 'seq-mean-token-sum': 'luspo',
        'seq-mean-token-sum-norm': 'dr_grpo',
    }
    kind = config['policyLoss']
    low, high = (config['clipLow'], config['clipHigh']) if config['clipping'] else (1e9, 1e9)
    bounds = {'epsilon': low, 'epsilon_high': high, 'delta': config['dualClip'] or None}
    if kind == 'cispo':
        assert config['aggregation'] == 'token-mean' and config['miniBatches'] == 1 and config['clipLow'] == 1
        return {'loss_type': 'cispo', 'epsilon_high': 1 + high}
    if kind == 'sapo':
        assert config['aggregation'] == 'seq-mean-token-mean'
        gates = {'sapo_temperature_pos': config['sapoPositive'], 'sapo_temperature_neg': config['sapoNegative']}
        return {'loss_type': 'sapo', **gates}
    assert kind in ('clip', 'gspo')
    return {'loss_type': by_aggregation[config['aggregation']], 'importance_sampling_level': 'sequence' if kind == 'gspo' else 'token', **bounds}


def advantages_of(config):
    estimator = config['advantageEstimator']
    assert estimator in ('grpo', 'gdpo') and config['stdFloor'] == 1e-4
    return {
        'scale_rewards': config['advantageScale'],
        'multi_objective_aggregation': 'normalize_then_sum' if estimator == 'gdpo' else 'sum_then_normalize',
    }


def reward_function(name, index):
    """What the project's task gave; `earned` comes with the rollout."""

    def reward(earned, **_):
        return [row[index] for row in earned]

    reward.__name__ = name
    return reward


def policy_of(record, arithmetic, folder):
    """The model of the recording with its first weights, saved where TRL finds its reference policy."""
    given = record['given']
    ends = {'eos_token_id': given['endOfSequence'], 'pad_token_id': given['padding']}
    model = Playground(PlaygroundConfig(given['shape'], architectures=['Playground'], **ends))
    pairing(record, model).load(arithmetic)
    model.save_pretrained(folder)
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def pairing(record, model):
    return Pairing(record, lambda name: (model.unembedding.weight, True) if name == 'unembedding' else named(model.hidden, name))


def sampled_elsewhere(trainer, config):
    """TRL corrects for a sampler where that is vLLM: the recorded log-probabilities take its place."""
    trainer.use_vllm = trainer.vllm_importance_sampling_correction = True
    trainer.vllm_importance_sampling_mode = config['rolloutCorrection'].replace('-', '_')
    trainer.vllm_importance_sampling_clip_max = config['rolloutCorrectionThreshold']
    trainer.vllm_importance_sampling_clip_min = None
    trainer.vllm_generation = SimpleNamespace(sync_weights=lambda: None)
    trainer._last_loaded_step = -1


def train(record, arithmetic):
    """The weights after the same steps by TRL, and nothing measured."""
    config, given, steps = record['config'], record['given'], record['steps']
    assert not config['klInReward'] and config['klEstimator'] == 'k3' and config['dropout'] == 0 == config['labelSmoothing']
    folder = scratch()
    model = policy_of(record, arithmetic, folder)
    texts = given['vocabulary']
    n, sequences = config['rolloutN'], config['promptsPerStep'] * config['rolloutN']
    chosen = [k for k, weight in enumerate(given['rewardWeights']) if weight != 0]
    rollouts = iter(steps)

    def text(prompt):
        return ' '.join(texts[token] for token in prompt)

    def rollout(prompts, _):
        groups = next(rollouts)
        assert prompts == [text(group['prompt']) for group in groups for _ in range(n)]
        responses = [response for group in groups for response in group['responses']]
        return {
            'prompt_ids': [group['prompt'] for group in groups for _ in range(n)],
            'completion_ids': [response['tokens'] for response in responses],
            'logprobs': [response['logProbs'] for response in responses],
            'earned': [response['rewards'] for response in responses],
        }

    updates = config['innerEpochs'] * config['miniBatches']
    arguments = GRPOConfig(
        **common_arguments(config, folder), **loss_of(config), **advantages_of(config),
        warmup_steps=config['warmupSteps'], max_steps=len(steps) * updates, adam_beta1=config['beta1'], adam_beta2=config['beta2'],
        adam_epsilon=config['epsilon'], gradient_checkpointing=False, shuffle_dataset=False, num_generations=n,
        per_device_train_batch_size=sequences // config['miniBatches'], steps_per_generation=config['miniBatches'],
        num_iterations=config['innerEpochs'], max_completion_length=config['maxResponseLength'], temperature=config['temperature'],
        beta=config['klCoefficient'], use_bias_correction_kl=config['klCorrection'],
        entropy_coef=config['entropyCoefficient'], use_adaptive_entropy=config['entropyTarget'] > 0,
        entropy_target=config['entropyTarget'], mask_truncated_completions=config['maskTruncated'],
        reward_weights=[given['rewardWeights'][k] for k in chosen],
    )
    trainer = Trainer(
        model=model, args=arguments, reward_funcs=[reward_function(given['rewards'][k], k) for k in chosen],
        train_dataset=Dataset.from_dict({'prompt': [text(group['prompt']) for groups in steps for group in groups]}),
        processing_class=tokenizer(texts, given['endOfSequence'], given['padding']), rollout_func=rollout,
    )
    trainer.updates = updates
    if config['rolloutCorrection'] != 'off':
        sampled_elsewhere(trainer, config)
    if arithmetic.double:
        model.double()
        if trainer.ref_model is not None:
            trainer.ref_model.double()
    trainer.train()
    assert trainer.state.global_step == len(steps) * updates and next(rollouts, None) is None
    return pairing(record, trainer.model).weights(), {}
