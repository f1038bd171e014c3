"""sentence-transformers trains on the batches that the project trained on, with its own trainer, loss and evaluator."""
from importlib.metadata import version

import torch
import torch.nn.functional as F
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base.modules.input_module import InputModule
from sentence_transformers.sentence_transformer import losses
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator
from sentence_transformers.util import cos_sim
from torch.utils.data import SequentialSampler

from recording import OnTheseTerms, Pairing, common_arguments, scratch
from transformer import Hidden, named

LIBRARY = f'sentence-transformers {version("sentence-transformers")}'


class Trainer(OnTheseTerms, SentenceTransformerTrainer):
    """Batches come as they were recorded."""

    def get_batch_sampler(self, dataset, batch_size, drop_last, **_):
        return torch.utils.data.BatchSampler(SequentialSampler(dataset), batch_size, drop_last)


def written(side, place, tokens):
    """A sentence as the text that `Tower` reads: which head embeds it, where it stands in which step, its tokens."""
    return ' '.join(map(str, (side, *place, *tokens)))


class MeanPool(torch.nn.Module):
    """The tower 'mean-pool' of workers/labs/biencoder/model.ts; tokens without the classification token."""

    def __init__(self, given):
        super().__init__()
        width = given['shape']['width']
        self.tokenEmbedding = torch.nn.Embedding(given['vocabulary'], width)
        self.mlpUp, self.mlpDown = torch.nn.Linear(width, 2 * width), torch.nn.Linear(2 * width, width)
        self.norm = torch.nn.LayerNorm(width)

    def forward(self, tokens):
        x = self.tokenEmbedding(tokens[:, 1:]).mean(1)
        return [self.norm(x + self.mlpDown(F.relu(self.mlpUp(x))))] * 2


class Encoder(torch.nn.Module):
    """The tower 'transformer'."""

    def __init__(self, given):
        super().__init__()
        self.hidden = Hidden(given['transformer'])

    def forward(self, tokens):
        states = self.hidden(tokens)
        return [states[:, 0], states[:, 1:].mean(1)]


class Tower(InputModule):
    """Sentences → unit rows, followed where the loss needs it by the step and the place in the batch."""

    def __init__(self, given, placed):
        super().__init__()
        shape = given['shape']
        self.tower = {'mean-pool': MeanPool, 'transformer': Encoder}[shape['tower']](given)
        self.fusion, self.placed, self.size = shape['fusion'], placed, shape['outputSize'] + (2 if placed else 0)
        inputs = shape['width'] * (2 if self.fusion == 'concat' else 1)
        self.queryHead = torch.nn.Linear(inputs, shape['outputSize'])
        self.documentHead = self.queryHead if shape['head'] == 'tied' else torch.nn.Linear(inputs, shape['outputSize'])

    def preprocess(self, inputs, prompt=None, **_):
        rows = torch.tensor([[int(word) for word in text.split()] for text in inputs])
        return {'side': rows[:, :1], 'place': rows[:, 1:3], 'input_ids': rows[:, 3:]}

    def forward(self, features, **_):
        first, mean = self.tower(features['input_ids'])
        x = {'concat': torch.cat([first, mean], 1), 'cls': first, 'embedding': mean}[self.fusion]
        rows = F.normalize(torch.where(features['side'] == 0, self.queryHead(x), self.documentHead(x)), dim=-1)
        features['sentence_embedding'] = torch.cat([rows, features['place'].to(rows)], 1) if self.placed else rows
        return features

    def get_embedding_dimension(self):
        return self.size

    def save(self, *_, **__):
        """Nothing is kept."""


class Similarity:
    """Cosines of what `Tower` gives. What the project leaves out of a batch, false negatives above all, is −∞ there."""

    def __init__(self, steps):
        self.ignored = [torch.tensor(step['ignored'], dtype=torch.bool) for step in steps]

    def __call__(self, queries, documents):
        scores = cos_sim(queries[:, :-2], documents[:, :-2])
        left_out = self.ignored[int(queries[0, -2])][queries[:, -1].long()][:, documents[:, -1].long()]
        return scores.masked_fill(left_out, -torch.inf)


def loss_of(config, model, steps):
    if config['loss'] == 'triplet':
        # Its negative is the one that comes with the pair, where every pair has one of its own.
        assert config['negatives'] == 'attribute' and config['randomRate'] == 0
        metric = losses.TripletDistanceMetric
        distance = {'euclidean': metric.EUCLIDEAN, 'cosine': metric.COSINE}[config['distance']]
        return losses.TripletLoss(model, distance_metric=distance, triplet_margin=config['margin'])
    assert config['loss'] == 'infonce' and config['labelSmoothing'] == 0
    both = {'directions': ('query_to_doc', 'doc_to_query'), 'partition_mode': 'per_direction'} if config['symmetric'] else {}
    scale = 1 / config['infoNceTemperature']
    return losses.MultipleNegativesRankingLoss(model, scale=scale, similarity_fct=Similarity(steps), **both)


def dataset_of(steps):
    columns = {'anchor': [], 'positive': [], 'negative': []}
    for number, step in enumerate(steps):
        size = len(step['queries'])
        for i in range(size):
            columns['anchor'].append(written(0, (number, i), step['queries'][i]))
            columns['positive'].append(written(1, (number, i), step['documents'][i]))
            columns['negative'].append(written(1, (number, size + i), step['negatives'][i]))
    return Dataset.from_dict(columns)


def parameter_of(module, name):
    tower = module.tower
    if isinstance(tower, Encoder) and not name.startswith(('queryHead', 'documentHead')):
        return named(tower.hidden, name)
    owner = module if name.startswith(('queryHead', 'documentHead')) else tower
    for ending in ('Gain', 'Bias'):
        if name.endswith(ending):
            return getattr(getattr(owner, name.removesuffix(ending)), {'Gain': 'weight', 'Bias': 'bias'}[ending]), False
    part = getattr(owner, name)
    return part.weight, isinstance(part, torch.nn.Linear)


def evaluate(model, given, placed):
    nowhere = (0, 0)
    queries = {f'q{i}': written(0, nowhere, tokens) for i, tokens in enumerate(given['queries'])}
    documents = {f'd{i}': written(1, nowhere, tokens) for i, tokens in enumerate(given['documents'])}
    relevant = {f'q{i}': {f'd{i % len(documents)}'} for i in range(len(queries))}
    cosine = (lambda a, b: cos_sim(a[:, :-2], b[:, :-2])) if placed else cos_sim
    found = InformationRetrievalEvaluator(queries, documents, relevant, score_functions={'cosine': cosine}, write_csv=False)(model)
    return {'accuracyAt1': found['cosine_accuracy@1'], 'recallAt5': found['cosine_recall@5'], 'mrrAt10': found['cosine_mrr@10']}


def train(record, arithmetic):
    """The weights after the same steps by sentence-transformers, and what its evaluator finds."""
    config, given, steps = record['config'], record['given'], record['steps']
    assert config['dropout'] == 0
    placed = config['loss'] == 'infonce'
    tower = Tower(given, placed)
    pairing = Pairing(record, lambda name: parameter_of(tower, name))
    model = SentenceTransformer(modules=[tower], device='cpu')
    if arithmetic.double:
        model.double()
    pairing.load(arithmetic)
    arguments = SentenceTransformerTrainingArguments(
        **common_arguments(config, scratch()), warmup_steps=config['warmupSteps'], max_steps=len(steps), adam_beta2=0.98,
        per_device_train_batch_size=config['batchSize'],
    )
    trainer = Trainer(model=model, args=arguments, train_dataset=dataset_of(steps), loss=loss_of(config, model, steps))
    trainer.train()
    return pairing.weights(), evaluate(model, given, placed)
