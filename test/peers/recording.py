"""What all replays share: a run's recording, its weights in a torch model, and how a library's trainer is held to its terms."""
import os
import tempfile
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from torch.optim.lr_scheduler import LambdaLR
from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class Arithmetic:
    """How a library computes: in single or double precision, from weights moved by one rounding each where there is a seed."""

    double: bool = False
    seed: int | None = None

    def begin(self, tensor):
        if self.seed is None:
            return tensor
        directions = torch.rand(tensor.shape, generator=torch.Generator().manual_seed(self.seed)) < 0.5
        single = tensor.float()
        return torch.nextafter(single, torch.where(directions, torch.inf, -torch.inf)).to(tensor)


def values(parameter, moment):
    """A recorded parameter at 'start' or 'end', in double precision, in its shape."""
    return torch.tensor(parameter[moment], dtype=torch.double).reshape(parameter['shape'])


class Pairing:
    """Which torch parameter each recorded one is: `of(name)` gives it, and whether it is [out, in] of a recorded [in, out]."""

    def __init__(self, record, of):
        self.recorded = record['parameters']
        self.of = of

    def load(self, arithmetic):
        with torch.no_grad():
            for each in self.recorded:
                parameter, transposed = self.of(each['name'])
                start = arithmetic.begin(values(each, 'start'))
                parameter.copy_(start.T if transposed else start)

    def weights(self):
        """All weights as they are now, each in its recorded shape."""
        rows = {}
        for each in self.recorded:
            parameter, transposed = self.of(each['name'])
            now = parameter.detach().double()
            rows[each['name']] = now.T if transposed else now
        return rows


def recorded_weights(record, moment):
    return {each['name']: values(each, moment) for each in record['parameters']}


def tokenizer(vocabulary, end, padding):
    words = {word: i for i, word in enumerate(vocabulary)}
    inner = Tokenizer(WordLevel(words, unk_token=vocabulary[padding]))
    inner.pre_tokenizer = WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=inner, eos_token=vocabulary[end], pad_token=vocabulary[padding])


def scratch():
    """A folder for what a trainer writes; the command that started this removes it."""
    return tempfile.mkdtemp(dir=os.environ.get('PEERS_SCRATCH'))


def schedule_of(config, decay_steps=1, restarts=1):
    """The schedule's name in transformers, and its further arguments."""
    least = config['minLearningRateRatio']
    kind = config['schedule']
    assert least == 0 or kind in ('constant', 'cosine', 'inverse-sqrt'), 'a least rate of this schedule'
    return {
        'constant': ('constant_with_warmup', None),
        'linear': ('linear', None),
        'cosine': ('cosine_with_min_lr', {'min_lr_rate': least}),
        'cosine-restarts': ('cosine_with_restarts', {'num_cycles': restarts}),
        'inverse-sqrt': ('inverse_sqrt', None),
        'warmup-stable-decay': ('warmup_stable_decay', {'num_decay_steps': decay_steps}),
    }[kind]


def common_arguments(config, folder):
    """What transformers.TrainingArguments are told for every lab."""
    kind, more = schedule_of(config, config.get('decaySteps', 1), config.get('restarts', 1))
    return dict(
        output_dir=folder, seed=0, use_cpu=True, bf16=False, fp16=False, report_to='none', save_strategy='no', logging_strategy='no',
        disable_tqdm=True, learning_rate=config['learningRate'], lr_scheduler_type=kind, lr_scheduler_kwargs=more,
        max_grad_norm=config['maxGradNorm'], weight_decay=config['weightDecay'],
    )


class OnTheseTerms:
    """
    A mixin for transformers.Trainer where its habits are not formulas. Schedules count the project's steps, of which each
    has `updates` updates, from 1: transformers' count updates from 0, so that the first update of a warm-up does nothing.
    Weight decay acts on all parameters, as torch.optim.AdamW's does: transformers leaves out biases and norms.
    """

    updates = 1

    def create_scheduler(self, num_training_steps, optimizer=None):
        own = super().create_scheduler(num_training_steps // self.updates, optimizer)
        factors = [lambda update, factor=factor: factor(update // self.updates + 1) for factor in own.lr_lambdas]
        self.lr_scheduler = LambdaLR(own.optimizer, factors)
        return self.lr_scheduler

    def get_decay_parameter_names(self, model):
        return [name for name, _ in model.named_parameters()]
