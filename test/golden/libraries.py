"""Makes golden cases with the field's own libraries: one JSON file a builder, in test/golden/libraries.

usage: python3 test/golden/libraries.py --verl DIR [NAME …]

Needs `pip install torch trl` and a checkout of verl at DIR, of which single modules are loaded; the tests themselves
need no Python. To add cases, write a builder that yields `(library, inputs, expected)` and register it with
`@computed`; test/golden/functions.ts runs the function that it names.
"""
import argparse
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import types
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault('HF_HUB_OFFLINE', '1')
import numpy as np
import torch

builders = {}


def computed(function, source, shapes, tolerance=1e-4):
    """Registers a builder of cases of a function, whose file has the builder's name."""

    def register(build):
        builders[build.__name__] = {
            'function': function, 'source': source, 'shapes': shapes, 'tolerance': tolerance, 'build': build,
        }
        return build

    return register


class Verl:
    """verl's core_algos from a checkout, without what else the package brings."""

    def __init__(self, folder):
        self.folder = Path(folder)
        stubs = {
            'omegaconf': {'DictConfig': dict}, 'tensordict': {'TensorDict': dict},
            'verl': {}, 'verl.trainer': {}, 'verl.trainer.ppo': {}, 'verl.workers': {}, 'verl.utils': {},
            'verl.trainer.config': {'AlgoConfig': dict}, 'verl.workers.config': {'ActorConfig': dict},
            'verl.utils.device': {'get_device_name': lambda: 'cpu', 'get_torch_device': lambda: torch.cpu},
            'verl.utils.import_utils': {'deprecated': lambda *_: lambda function: function},
        }
        for name, values in stubs.items():
            module = types.ModuleType(name)
            module.__path__ = []
            vars(module).update(values)
            sys.modules[name] = module
        groupwise = self.load('verl.utils.groupwise')
        vars(sys.modules['verl.utils']).update(
            as_torch_index=groupwise.as_torch_index, group_mean_std=groupwise.group_mean_std,
            torch_functional=self.load('verl.utils.torch_functional'),
        )
        self.algorithms = self.load('verl.trainer.ppo.core_algos')

    def load(self, name):
        spec = importlib.util.spec_from_file_location(name, self.folder / (name.replace('.', '/') + '.py'))
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    @property
    def version(self):
        number = (self.folder / 'verl/version/version').read_text().strip()
        commit = subprocess.run(['git', '-C', self.folder, 'rev-parse', '--short', 'HEAD'], capture_output=True, text=True).stdout
        return f'verl {number} ({commit.strip()})' if commit else f'verl {number}'


def verl_advantages(verl, estimator, rewards, lengths, by_deviation=True, epsilon=1e-6):
    """Of one estimator, `[prompts, n]`: the reward stands at each response's last token."""
    prompts, n = rewards.shape
    ends = lengths.reshape(-1)
    token = torch.arange(int(ends.max()))[None]
    at_end = (token == ends[:, None] - 1).double()
    compute = getattr(verl.algorithms, f'compute_{estimator}_outcome_advantage')
    advantages, _ = compute(
        token_level_rewards=rewards.double().reshape(-1, 1) * at_end,
        response_mask=(token < ends[:, None]).double(),
        index=np.repeat(np.arange(prompts), n),
        epsilon=epsilon,
        config={'norm_adv_by_std_in_grpo': by_deviation},
        **({'norm_adv_by_std_in_grpo': by_deviation} if estimator == 'grpo' else {}),
    )
    return advantages[:, 0].reshape(prompts, n)


def trl_advantages(components, weights, aggregation, scale='group'):
    """`GRPOTrainer._generate_and_score_completions` of a trainer that has nothing but rewards: `[prompts, n]`."""
    from trl import GRPOTrainer
    from trl.trainer import grpo_trainer

    kinds, prompts, n = components.shape
    count = prompts * n
    names = [f'reward{k}' for k in range(kinds)]
    trainer = SimpleNamespace(
        accelerator=SimpleNamespace(device=torch.device('cpu'), process_index=0, gather=lambda x: x),
        model=SimpleNamespace(training=True), environment_factories=None, environments=None, tools=[], _is_vlm=False,
        _generate=lambda _: ([[0]] * count, [[1]] * count, None, ['x'] * count, None, {}, None, None),
        _tokenizer=SimpleNamespace(pad_token_id=0, eos_token_id=1), pad_to_multiple_of=None, mask_truncated_completions=False,
        args=SimpleNamespace(
            per_device_train_batch_size=count, gradient_checkpointing_kwargs=None, steps_per_generation=1,
            gradient_accumulation_steps=1, report_to=[],
        ),
        processing_class=SimpleNamespace(batch_decode=lambda ids, skip_special_tokens: [''] * count),
        num_iterations=1, use_vllm=False, vllm_importance_sampling_correction=False, beta=0.0, num_generations=n,
        _calculate_rewards=lambda *_: components.reshape(kinds, count).T.double(), reward_weights=weights.double(),
        multi_objective_aggregation=aggregation, scale_rewards=scale, reward_func_names=names, reward_funcs=[None] * kinds,
        _metrics={'train': defaultdict(list)}, log_multimodal=False, _pending_extra_logs={}, _pending_metrics={},
        _logs={'prompt': [], 'completion': [], 'rewards': defaultdict(list), 'advantages': [], 'extra': defaultdict(list)},
    )
    guard = grpo_trainer.disable_gradient_checkpointing
    grpo_trainer.disable_gradient_checkpointing = lambda *_, **__: contextlib.nullcontext()
    try:
        output = GRPOTrainer._generate_and_score_completions(trainer, [{'prompt': ''}] * count)
    finally:
        grpo_trainer.disable_gradient_checkpointing = guard
    return output['advantages'].reshape(prompts, n)


def reward_sets(generator):
    """Rewards `[prompts, n]` with lengths: graded, right or wrong, with dead groups, one winner, all dead, tiny gaps."""
    draw = lambda *shape: torch.rand(*shape, generator=generator)
    rewards = [
        draw(5, 4), (draw(6, 2) > 0.5).float(), (draw(4, 8) > 0.7).float(), torch.full((3, 4), 0.5),
        torch.tensor([[0, 0, 0, 1.0], [1, 1, 1, 0], [0.5, 0.5, 0.5, 0.5], [-3, 5, 100, -1000]]), 1e-4 * draw(4, 5),
    ]
    return [(values, torch.randint(1, 21, values.shape, generator=generator)) for values in rewards]


@computed(
    'groupAdvantages', '{verl} compute_<estimator>_outcome_advantage; {trl} GRPOTrainer, normalize_then_sum',
    'rewards[prompts,n], lengths[prompts,n] tokens, components[kinds,prompts,n], weights[kinds], advantages[prompts,n]',
)
def advantageEstimators(verl):
    generator = torch.Generator().manual_seed(11)
    names = {'grpo': 'grpo', 'rloo': 'rloo', 'reinforce_plus_plus_baseline': 'reinforce-baseline', 'opo': 'opo', 'grpo_passk': 'pass-k'}
    for name, estimator in names.items():
        for rewards, lengths in reward_sets(generator):
            for scale in ('group', 'none') if name.startswith('grpo') else ('group',):
                for floor in (1e-6, 1e-4) if name.startswith('grpo') else (1e-6,):
                    yield 'verl', {
                        'estimator': estimator, 'rewards': rewards, 'lengths': lengths, 'scale': scale, 'epsilon': floor,
                    }, {'advantages': verl_advantages(verl, name, rewards, lengths, scale == 'group', floor)}
    for kinds, prompts, n in ((1, 4, 4), (2, 5, 3), (5, 3, 6), (3, 2, 8)):
        components = (4 * torch.rand(kinds, prompts, n, generator=generator)).round() / 4
        weights = torch.tensor([1.0, 0.1, 0.2, 0.5, 0.3][:kinds])
        components[:, 0] = 0.5
        components[0, 1] = 1.0
        yield 'TRL', {
            'estimator': 'gdpo', 'components': components, 'weights': weights, 'scale': 'group', 'epsilon': 1e-4,
            'rewards': (weights[:, None, None] * components).sum(0), 'lengths': torch.full((prompts, n), 7),
        }, {'advantages': trl_advantages(components, weights, 'normalize_then_sum')}


def plain(value):
    """Tensors as nested lists, to 9 digits; single-precision inputs exactly."""
    if isinstance(value, torch.Tensor):
        return plain(value.detach().tolist()) if value.dtype != torch.float64 else rounded(value.tolist())
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return value


def rounded(value):
    return [rounded(entry) for entry in value] if isinstance(value, list) else float(f'{value:.9g}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--verl', required=True, metavar='DIR', help='a checkout of verl')
    parser.add_argument('names', nargs='*', metavar='NAME', help=f'one of {", ".join(builders)}; all where none is given')
    arguments = parser.parse_args()
    chosen = arguments.names or list(builders)
    unknown = [name for name in chosen if name not in builders]
    if unknown:
        parser.error(f'{", ".join(unknown)}: unknown (expected {", ".join(builders)})')
    verl = Verl(arguments.verl)
    import trl

    versions = {'verl': verl.version, 'trl': f'TRL {trl.__version__}', 'torch': f'PyTorch {torch.__version__.split("+")[0]}'}
    for name in chosen:
        own = builders[name]
        cases = [
            {'library': library, 'inputs': plain(inputs), 'expected': plain(expected), 'tolerance': own['tolerance']}
            for library, inputs, expected in own['build'](verl)
        ]
        file = Path(__file__).with_name('libraries') / f'{name}.json'
        head = {'function': own['function'], 'source': own['source'].format(**versions), 'shapes': own['shapes']}
        file.write_text(json.dumps({**head, 'cases': cases}) + '\n')
        print(f'{file.name}: {len(cases)} cases')


if __name__ == '__main__':
    main()
