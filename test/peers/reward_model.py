"""TRL's RewardTrainer with PEFT's adapters trains on the pairs that the project trained on, from the same base and start."""
import math
from importlib.metadata import version

import torch
import torch.nn.functional as F
from datasets import Dataset
from peft import LoraConfig
from torch.utils.data import SequentialSampler
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput
from trl import RewardConfig, RewardTrainer

from recording import OnTheseTerms, Pairing, common_arguments, scratch, tokenizer

LIBRARY = f'TRL {version("trl")}, PEFT {version("peft")}'


class ScorerConfig(PretrainedConfig):
    model_type = 'tuning-playground-reward'

    def __init__(self, vocabulary=1, width=1, hidden=1, **kwargs):
        self.vocabulary, self.width, self.hidden = vocabulary, width, hidden
        super().__init__(num_labels=1, **kwargs)


class Mlp(torch.nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.norm = torch.nn.LayerNorm(width)
        self.up, self.down = torch.nn.Linear(width, hidden), torch.nn.Linear(hidden, width)

    def forward(self, x):
        return x + self.down(F.relu(self.up(self.norm(x))))


class Scorer(PreTrainedModel):
    """workers/labs/reward-model/model.ts: the mean of an answer's words, two residual blocks, and one number."""

    config_class = ScorerConfig

    def __init__(self, config):
        super().__init__(config)
        self.embedding = torch.nn.Embedding(config.vocabulary, config.width)
        self.mlp = torch.nn.ModuleList([Mlp(config.width, config.hidden) for _ in range(2)])
        self.norm = torch.nn.LayerNorm(config.width)
        self.head = torch.nn.Linear(config.width, 1)
        self.post_init()

    def _init_weights(self, module):
        """Weights are loaded."""

    def forward(self, input_ids=None, **_):
        x = self.embedding(input_ids).mean(1) * math.sqrt(input_ids.shape[1])
        for block in self.mlp:
            x = block(x)
        return SequenceClassifierOutput(logits=self.head(self.norm(x)))


class Trainer(OnTheseTerms, RewardTrainer):
    """Batches come as they were recorded."""

    def _get_train_sampler(self, dataset=None):
        return SequentialSampler(dataset if dataset is not None else self.train_dataset)


def parameter_of(model, name):
    """The torch parameter of a recorded one, whatever PEFT has wrapped it in."""
    if name == 'embedding':
        return model.embedding.weight
    path, kind = name.rsplit('.', 1)
    if path == 'head' and hasattr(model.head, 'modules_to_save'):
        return getattr(model.head.modules_to_save.default, kind)
    module = model.get_submodule(path)
    if kind in ('a', 'b', 'magnitude'):
        adapters = {'a': 'lora_A', 'b': 'lora_B', 'magnitude': 'lora_magnitude_vector'}
        return getattr(module, adapters[kind])['default'].weight
    return getattr(module, {'gain': 'weight'}.get(kind, kind))


def base_of(given):
    shapes = {each['name']: each['shape'] for each in given['base']}
    (vocabulary, width), (hidden, _) = shapes['embedding'], shapes['mlp.0.up.weight']
    model = Scorer(ScorerConfig(vocabulary, width, hidden))
    with torch.no_grad():
        for each in given['base']:
            parameter_of(model, each['name']).copy_(torch.tensor(each['values']).reshape(each['shape']))
    return model


def adapter_of(config):
    if config['adapter'] == 'full':
        return None
    return LoraConfig(
        r=config['rank'], lora_alpha=config['alpha'], lora_dropout=0.0, use_dora=config['adapter'] == 'dora',
        use_rslora=config['rankStabilized'], target_modules=['up', 'down'], modules_to_save=['head'],
    )


def train(record, arithmetic):
    """The weights after the same steps by TRL and PEFT, and what its evaluation finds."""
    config, given, steps = record['config'], record['given'], record['steps']
    assert config['dropout'] == 0 == config['labelSmoothing'] and (config['adapterDropout'] == 0 or config['adapter'] == 'full')

    def pairs(chosen, rejected):
        margins = {'margin': [config['margin']] * len(chosen)} if config['margin'] else {}
        return Dataset.from_dict({'chosen_ids': chosen, 'rejected_ids': rejected, **margins})

    def all_of(side):
        return [answer for step in steps for answer in step[side]]

    model = base_of(given)
    vocabulary = [f'w{i}' for i in range(model.config.vocabulary)]
    arguments = RewardConfig(
        **common_arguments(config, scratch()), warmup_steps=given['warmupSteps'], max_steps=len(steps),
        per_device_train_batch_size=config['batchSize'], gradient_accumulation_steps=config['gradientAccumulation'],
        per_device_eval_batch_size=len(given['heldOut']['chosen']), gradient_checkpointing=False,
        center_rewards_coefficient=config['centerRewardsCoefficient'] or None,
    )
    trainer = Trainer(
        model=model, args=arguments, train_dataset=pairs(all_of('chosen'), all_of('rejected')),
        eval_dataset=Dataset.from_dict({f'{side}_ids': given['heldOut'][side] for side in ('chosen', 'rejected')}),
        processing_class=tokenizer(vocabulary, 0, 0), peft_config=adapter_of(config),
    )
    inner = trainer.model.base_model.model if config['adapter'] != 'full' else trainer.model
    if arithmetic.double:
        trainer.model.double()
    pairing = Pairing(record, lambda name: (parameter_of(inner, name), False))
    assert len(record['parameters']) == sum(each.requires_grad for each in trainer.model.parameters())
    pairing.load(arithmetic)
    trainer.train()
    found = trainer.evaluate()
    measured = {'accuracy': found['eval_accuracy']}
    # TRL centres the rewards of held-out pairs, too.
    if config['centerRewardsCoefficient'] == 0:
        measured['validationLoss'] = found['eval_loss']
    return pairing.weights(), measured
