"""TRL's GRPOTrainer as far as its loss and its rollout correction need one: its methods on a stand-in of the trainer."""
import contextlib
from collections import defaultdict
from types import SimpleNamespace

import torch
import trl.trainer.grpo_trainer as module
from trl import GRPOTrainer


class Accelerator:
    """What a trainer asks of accelerate, for one process."""

    device, num_processes, process_index, is_main_process, sync_gradients = torch.device('cpu'), 1, 0, True, True
    gather = gather_for_metrics = staticmethod(lambda values: values)
    reduce = staticmethod(lambda values, reduction='sum': values)
    unwrap_model = staticmethod(lambda model: model)


def trl_loss(log_probs, inputs, loss_type, *, level='token', low=0.2, high=0.2, sapo=(1.0, 1.05), max_length=1, beta=0.0,
             reference=None, correct_kl=False):
    """GRPOTrainer._compute_loss where the model gives these log-probabilities; with what it logs."""
    metrics = {'train': defaultdict(list)}
    N, T = log_probs.shape
    weights = inputs.get('policyWeights')
    trainer = SimpleNamespace(
        accelerator=Accelerator(), model=SimpleNamespace(training=True), aux_loss_enabled=False, top_entropy_quantile=1.0,
        _get_per_token_logps_and_entropies=lambda *_, **__: (log_probs, torch.zeros_like(log_probs), None),
        off_policy_mask_threshold=None, importance_sampling_level=level, beta=beta, loss_type=loss_type, epsilon_low=low,
        epsilon_high=high, max_completion_length=max_length, use_vllm=weights is not None,
        vllm_importance_sampling_correction=weights is not None, current_gradient_accumulation_steps=1,
        _entropy_bonus_enabled=False, _metrics=metrics,
        args=SimpleNamespace(
            delta=None, steps_per_generation=1, use_bias_correction_kl=correct_kl, sapo_temperature_pos=sapo[0],
            sapo_temperature_neg=sapo[1],
        ),
    )
    ones = torch.ones(N, 1, dtype=torch.long)
    loss = GRPOTrainer._compute_loss(trainer, None, {
        'prompt_ids': ones, 'prompt_mask': ones, 'completion_ids': torch.zeros(N, T, dtype=torch.long),
        'completion_mask': inputs['mask'], 'advantages': inputs['advantages'], 'old_per_token_logps': inputs['oldLogProbs'],
        'num_items_in_batch': inputs['mask'].sum(), 'importance_sampling_ratio': weights, 'ref_per_token_logps': reference,
    })
    return loss, metrics['train']


def trl_weights(inputs, kind, threshold):
    """GRPOTrainer._generate_and_score_completions of what vLLM sampled: its importance_sampling_ratio, [N, T] or [N, 1]."""
    N = len(inputs['mask'])
    lengths = [int(length) for length in inputs['mask'].sum(1)]
    sampled = [row[:length].tolist() for row, length in zip(inputs['samplingLogProbs'], lengths)]
    trainer = SimpleNamespace(
        accelerator=Accelerator(), model=SimpleNamespace(training=True), environment_factories=None, environments=None, tools=[],
        _is_vlm=False, _generate=lambda _: ([[0]] * N, [[1] * length for length in lengths], None, ['x'] * N, sampled, {}, None, None),
        _tokenizer=SimpleNamespace(pad_token_id=0, eos_token_id=1), pad_to_multiple_of=None, mask_truncated_completions=False,
        num_iterations=1, use_vllm=True, vllm_importance_sampling_correction=True,
        vllm_importance_sampling_mode=kind.replace('-', '_'), vllm_importance_sampling_clip_max=threshold,
        vllm_importance_sampling_clip_min=None, beta=0.0, num_generations=N, num_generations_eval=N,
        _get_per_token_logps_and_entropies=lambda *_, **__: (inputs['oldLogProbs'], None, None),
        processing_class=SimpleNamespace(batch_decode=lambda ids, skip_special_tokens: [''] * len(ids)),
        _calculate_rewards=lambda *_: torch.zeros(N, 1), multi_objective_aggregation='sum_then_normalize',
        reward_weights=torch.ones(1), scale_rewards='none', reward_func_names=['r'], reward_funcs=[None],
        _metrics={'train': defaultdict(list)}, _pending_extra_logs={}, _pending_metrics={}, log_multimodal=False,
        _logs={'prompt': [], 'completion': [], 'rewards': defaultdict(list), 'advantages': [], 'extra': defaultdict(list), 'images': []},
        args=SimpleNamespace(
            per_device_train_batch_size=N, gradient_checkpointing_kwargs=None, steps_per_generation=1,
            gradient_accumulation_steps=1, report_to=[],
        ),
    )
    guard, module.disable_gradient_checkpointing = module.disable_gradient_checkpointing, lambda *_: contextlib.nullcontext()
    try:
        output = GRPOTrainer._generate_and_score_completions(trainer, [{'prompt': ''}] * N)
    finally:
        module.disable_gradient_checkpointing = guard
    return output['importance_sampling_ratio']
