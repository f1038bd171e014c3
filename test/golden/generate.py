"""Makes golden cases with PyTorch: one JSON file a builder, `{function, source, shapes, cases}`, beside this script.

usage: python3 test/golden/generate.py [NAME …]

Needs `pip install torch`; the tests themselves need no Python. A function below states a formula in double precision,
on its own and not translated from this project's code, and yields `(inputs, expected)` case by case. Its inputs are
rounded to single precision first, so that an engine which reads them computes on the very same numbers. To add one,
write a builder, register it with `@golden` and teach test/golden/functions.ts to run the function of that name.
"""
import argparse
import itertools
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

builders = {}


def golden(source, shapes, tolerance, function=None):
    """Registers a builder of cases, whose file has its name; the function has it, too, unless another is given."""

    def register(build):
        name = build.__name__
        builders[name] = {
            'function': function or name, 'source': source, 'shapes': shapes, 'tolerance': tolerance, 'build': build,
        }
        return build

    return register


class Random:
    """Draws that single precision holds exactly, as double-precision tensors."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape, scale=1.0):
        return (scale * torch.randn(*shape, generator=self.generator)).float().double()

    def uniform(self, *shape, low=0.0, high=1.0):
        return (low + (high - low) * torch.rand(*shape, generator=self.generator)).float().double()

    def integers(self, below, *shape):
        return torch.randint(below, shape, generator=self.generator)

    def picks(self, candidates, sequences, length):
        """Different candidates for each of `sequences`, `[*sequences, length]`."""
        rows = [torch.randperm(candidates, generator=self.generator)[:length] for _ in range(math.prod(sequences))]
        return torch.stack(rows).reshape(*sequences, length)


def plain(value):
    """Tensors as nested lists: single-precision inputs exactly, results to 9 digits."""
    if isinstance(value, torch.Tensor):
        return plain(value.detach().tolist())
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return float(f'{value:.9g}') if isinstance(value, float) else value


# ---------------------------------------------------------------- GRPO

AGGREGATIONS = ('token-mean', 'seq-mean-token-mean', 'seq-mean-token-sum', 'seq-mean-token-sum-norm')


def aggregate(values, mask, aggregation, max_length):
    """verl `agg_loss`: values, mask [B, T] -> a number."""
    sums, lengths = (values * mask).sum(1), mask.sum(1)
    return {
        'token-mean': lambda: sums.sum() / lengths.sum(),
        'seq-mean-token-mean': lambda: (sums / lengths).mean(),
        'seq-mean-token-sum': lambda: sums.mean(),
        'seq-mean-token-sum-norm': lambda: sums.mean() / max_length,
    }[aggregation]()


def kl_estimate(log_probs, reference, estimator):
    d = (log_probs - reference).clamp(-20, 20)
    return {'k1': lambda: d, 'k2': lambda: d.square() / 2, 'k3': lambda: torch.exp(-d) + d - 1}[estimator]()


def entropies(log_probs):
    return torch.distributions.Categorical(logits=log_probs).entropy()


@golden(
    'GRPO (Shao et al. 2024) with the clip of DAPO (Yu et al. 2025), the dual clip of Ye et al. 2020, KL to a reference, '
    'an entropy bonus and label smoothing: each token costs clipped policy loss + klCoefficient * KL - '
    'entropyCoefficient * entropy + labelSmoothing * mean over the vocabulary of -log p, all at the temperature, and all '
    'is aggregated as verl agg_loss does. entropy, entropyAtT1, kl (k3), clipFraction and samplingMismatch are token '
    'means; entropy.decisive is the mean over all sequences of the entropy at temperature 1 at decisivePosition',
    'logits[B,T,V], tokens[B,T], mask[B,T], advantages[B], oldLogProbs[B,T], referenceLogProbs[B,T], '
    'samplingLogProbs[B,T], gradLogits[B,T,V]',
    2e-4,
)
def grpoLoss():
    random = Random(1)
    knobs = [
        # The terms one by one, then all together; dualClip 0 is off.
        {'temperature': 1.0, 'klCoefficient': 0.0, 'entropyCoefficient': 0.0, 'labelSmoothing': 0.0, 'dualClip': 0.0},
        {'temperature': 0.7, 'klCoefficient': 0.3, 'entropyCoefficient': 0.0, 'labelSmoothing': 0.0, 'dualClip': 1.25},
        {'temperature': 1.4, 'klCoefficient': 0.0, 'entropyCoefficient': 0.05, 'labelSmoothing': 0.1, 'dualClip': 3.0},
        {'temperature': 0.8, 'klCoefficient': 0.2, 'entropyCoefficient': -0.02, 'labelSmoothing': 0.05, 'dualClip': 1.5},
    ]
    estimators = itertools.cycle(('k1', 'k2', 'k3'))
    for own, aggregation in itertools.product(knobs, AGGREGATIONS):
        B, T, V = 5, 6, 7
        lengths = torch.tensor([6, 1, 4, 2, 5])[torch.randperm(5, generator=random.generator)]
        inputs = {
            'logits': random.normal(B, T, V, scale=1.5),
            'tokens': random.integers(V, B, T),
            'mask': (torch.arange(T) < lengths[:, None]).double(),
            'advantages': random.normal(B),
            **own,
            'clipLow': 0.2,
            'clipHigh': 0.28,
            'klEstimator': next(estimators),
            'aggregation': aggregation,
            'maxLength': T,
            # Of a response that is shorter, too.
            'decisivePosition': 2,
        }
        logits = inputs['logits'].clone().requires_grad_()
        tokens, mask = inputs['tokens'], inputs['mask']
        near = F.log_softmax(inputs['logits'] / own['temperature'], 2).gather(2, tokens[..., None])[..., 0]
        for name, scale in (('oldLogProbs', 0.4), ('referenceLogProbs', 0.6), ('samplingLogProbs', 0.2)):
            inputs[name] = ((near + random.normal(B, T, scale=scale)) * mask).float().double()

        all_log_probs = F.log_softmax(logits / own['temperature'], 2)
        log_probs = all_log_probs.gather(2, tokens[..., None])[..., 0]
        advantage = inputs['advantages'][:, None]
        ratio = torch.exp((log_probs - inputs['oldLogProbs']).clamp(-20, 20))
        unclipped = -advantage * ratio
        clipped = -advantage * ratio.clamp(1 - inputs['clipLow'], 1 + inputs['clipHigh'])
        policy = torch.maximum(unclipped, clipped)
        if own['dualClip'] > 0:
            policy = torch.where(advantage < 0, torch.minimum(policy, -advantage * own['dualClip']), policy)
        entropy, at_t1 = entropies(all_log_probs), entropies(F.log_softmax(logits, 2))
        kl = kl_estimate(log_probs, inputs['referenceLogProbs'], inputs['klEstimator'])
        total = (
            policy
            + own['klCoefficient'] * kl
            - own['entropyCoefficient'] * entropy
            - own['labelSmoothing'] * all_log_probs.mean(2)
        )
        loss = aggregate(total, mask, aggregation, T)
        token_mean = lambda values: aggregate(values, mask, 'token-mean', T)
        yield inputs, {
            'loss': loss,
            'policyLoss': aggregate(policy, mask, aggregation, T),
            'entropy': token_mean(entropy),
            'entropyAtT1': token_mean(at_t1),
            'entropy.decisive': at_t1[:, inputs['decisivePosition']].mean(),
            'kl': token_mean(kl_estimate(log_probs, inputs['referenceLogProbs'], 'k3')),
            'clipFraction': token_mean((clipped > unclipped).double()),
            'samplingMismatch': token_mean((inputs['samplingLogProbs'] - inputs['oldLogProbs']).abs()),
            'gradLogits': torch.autograd.grad(loss, logits)[0],
        }


@golden(
    'TRL GRPOTrainer: a group is dead where torch.isclose(std, 0), which allows 1e-8; rewards about that far apart',
    'rewards[prompts,n], advantages[prompts,n], deadGroupFraction',
    1e-4,
    function='groupAdvantages',
)
def deadGroups():
    nearly = [[0, 1e-8, 0, 0], [0, 0, 3e-8, 0], [2e-8, 0, 2e-8, 0], [0, 0.25, 0.5, 0], [0.7, 0.7, 0.7, 0.7]]
    for rewards, scale in ((nearly, 'group'), (nearly, 'batch'), (nearly, 'none'), ([[0, 1.3e-8], [0, 1.5e-8]], 'group')):
        values = torch.tensor(rewards, dtype=torch.float64)
        std = values.std(1, keepdim=True)
        dead = torch.isclose(std, torch.zeros_like(std))
        divisor = {'group': std + 1e-4, 'batch': values.std() + 1e-4, 'none': 1}[scale]
        yield {'rewards': rewards, 'scale': scale, 'epsilon': 1e-4}, {
            'advantages': (values - values.mean(1, keepdim=True)) / divisor,
            'deadGroupFraction': dead.double().mean(),
        }


# ---------------------------------------------------------------- pointer lab


def sequence_log_probs(logits, picks):
    """logits [B, M, m, K], picks [B, M, m] -> log-probability of each sequence [B, M], without picking one again."""
    total = 0
    barred = torch.zeros_like(logits[:, :, 0], dtype=torch.bool)
    for t in range(picks.shape[2]):
        log_probs = F.log_softmax(logits[:, :, t].masked_fill(barred, -math.inf), 2)
        total = total + log_probs.gather(2, picks[:, :, t, None])[..., 0]
        barred = barred.scatter(2, picks[:, :, t, None], True)
    return total


@golden(
    'pointer lab, GRPO on whole sequences of picks: the mean over sequences of -min(ratio * A, clip(ratio) * A) + '
    'klCoefficient * k3 (Shao et al. 2024); a sequence\'s log-probability is the sum over its picks, candidates picked '
    'before masked out',
    'logits[B,M,m,K] unmasked, picks[B,M,m], advantages[B,M], oldLogProbs[B,M], referenceLogProbs[B,M], '
    'sequenceLogProbs[B,M], gradLogits[B,M,m,K]',
    1e-4,
)
def groupLoss():
    random = Random(2)
    for B, M, m, K, kl in ((3, 4, 2, 6, 0.02), (2, 8, 2, 10, 0.0), (2, 3, 3, 5, 0.5)):
        inputs = {
            'logits': random.normal(B, M, m, K, scale=1.5),
            'picks': random.picks(K, (B, M), m),
            'advantages': random.normal(B, M),
            'klCoefficient': kl,
            'clipLow': 0.2,
            'clipHigh': 0.3,
        }
        near = sequence_log_probs(inputs['logits'], inputs['picks'])
        inputs['oldLogProbs'] = (near + random.normal(B, M, scale=0.4)).float().double()
        inputs['referenceLogProbs'] = (near + random.normal(B, M, scale=0.6)).float().double()
        logits = inputs['logits'].clone().requires_grad_()
        log_probs = sequence_log_probs(logits, inputs['picks'])
        ratio = torch.exp(log_probs - inputs['oldLogProbs'])
        advantages = inputs['advantages']
        gain = torch.minimum(ratio * advantages, ratio.clamp(1 - inputs['clipLow'], 1 + inputs['clipHigh']) * advantages)
        loss = (-gain + kl * kl_estimate(log_probs, inputs['referenceLogProbs'], 'k3')).mean()
        gradient = torch.autograd.grad(loss, logits)[0]
        yield inputs, {'loss': loss, 'sequenceLogProbs': log_probs, 'gradLogits': gradient}


class Parameters:
    """Named slices of one flat vector, in the order in which they are declared."""

    def __init__(self, shapes, random, scale):
        self.flat = torch.cat([self.start(name, shape, random, scale).flatten() for name, shape in shapes])
        self.leaf = self.flat.clone().requires_grad_()
        parts = self.leaf.split([math.prod(shape) for _, shape in shapes])
        self.named = {name: part.reshape(shape) for (name, shape), part in zip(shapes, parts)}

    @staticmethod
    def start(name, shape, random, scale):
        offset = 1.0 if 'norm' in name and name.lower().endswith('gain') else 0.0
        return (offset + random.normal(*shape, scale=scale)).float().double()

    def __getitem__(self, name):
        return self.named[name]

    def gradient(self, outputs, upstream):
        return torch.autograd.grad((outputs * upstream).sum(), self.leaf)[0]


@golden(
    'pointer lab\'s network: query and candidates through linear layers; in each layer the query attends over its pool '
    '(multi-head, scaled by 1/sqrt(head width)) and adds the result; then + MLP(LayerNorm(query)), ReLU. After each '
    'pick h <- h + tanh(W [h, candidate] + b). Logits are pointerQuery(h) . pointerKey(candidate) / sqrt(width), '
    'candidates picked before not masked. parameters is ONE flat vector in the order query, candidates, '
    'attention.i.{query, key, value, out}, norm.{gain, bias}, mlpUp, mlpDown, next, pointerQuery, pointerKey, each '
    'linear layer a weight [inputs, outputs] and a bias',
    'parameters[P], queries[B,16], candidates[B,K,16], picks[B,M,m], logits[B,M,known+1,K], '
    'upstreamGradient[B,M,known+1,K]',
    5e-4,
)
def pointerNetwork():
    random = Random(3)
    features, hidden = 16, 32
    for width, layers, heads, B, K, M, m, known in ((8, 1, 1, 2, 5, 1, 2, 1), (8, 2, 2, 3, 6, 3, 2, 1), (12, 1, 3, 2, 4, 2, 3, 2)):
        linear = lambda name, inputs, outputs=width: [(f'{name}.weight', (inputs, outputs)), (f'{name}.bias', (outputs,))]
        shapes = [
            *linear('query', features),
            *linear('candidates', features),
            *[each for i in range(layers) for part in ('query', 'key', 'value', 'out') for each in linear(f'attention.{i}.{part}', width)],
            ('norm.gain', (width,)),
            ('norm.bias', (width,)),
            *linear('mlpUp', width, hidden),
            *linear('mlpDown', hidden),
            *linear('next', 2 * width),
            *linear('pointerQuery', width),
            *linear('pointerKey', width),
        ]
        p = Parameters(shapes, random, 0.4)
        apply = lambda x, name: x @ p[f'{name}.weight'] + p[f'{name}.bias']
        queries, candidates = random.normal(B, features), random.normal(B, K, features)
        picks = random.picks(K, (B, M), m)
        upstream = random.normal(B, M, known + 1, K)

        query, pool = apply(queries, 'query'), apply(candidates, 'candidates')
        for i in range(layers):
            q = apply(query, f'attention.{i}.query').reshape(B, 1, heads, -1).transpose(1, 2)
            k, v = (apply(pool, f'attention.{i}.{part}').reshape(B, K, heads, -1).transpose(1, 2) for part in ('key', 'value'))
            seen = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, width)
            query = query + apply(seen, f'attention.{i}.out')
        normed = F.layer_norm(query, (width,), p['norm.gain'], p['norm.bias'], 1e-5)
        query = query + apply(F.relu(apply(normed, 'mlpUp')), 'mlpDown')
        state = query[:, None].expand(B, M, width)
        states = [state]
        for t in range(known):
            picked = pool.gather(1, picks[:, :, t, None].expand(B, M, width))
            state = state + torch.tanh(apply(torch.cat([state, picked], 2), 'next'))
            states.append(state)
        pointers = apply(torch.stack(states, 2), 'pointerQuery')
        logits = torch.einsum('bmtw,bkw->bmtk', pointers, apply(pool, 'pointerKey')) / math.sqrt(width)
        yield {
            'shape': {'width': width, 'layers': layers, 'heads': heads},
            'parameters': p.flat,
            'queries': queries,
            'candidates': candidates,
            'picks': picks,
            'known': known,
            'upstreamGradient': upstream,
        }, {'logits': logits, 'gradParameters': p.gradient(logits, upstream)}


# ---------------------------------------------------------------- bi-encoder lab


@golden(
    'bi-encoder lab\'s mean-pool tower with its heads: the mean of the embeddings of all tokens but the first, '
    'x + MLP(x) with ReLU, LayerNorm; with fusion concat twice side by side; then a linear head and rows of unit length. '
    'parameters is ONE flat vector in the order tokenEmbedding, mlpUp, mlpUpBias, mlpDown, mlpDownBias, normGain, '
    'normBias, queryHead, queryHeadBias and, where heads are separate, documentHead, documentHeadBias; weights are '
    '[inputs, outputs]',
    'parameters[P], sentences[N,length], encoded[N,width or 2 width], queries[N,outputSize], documents[N,outputSize], '
    'upstreamQueries[N,outputSize], upstreamDocuments[N,outputSize]',
    5e-4,
)
def meanPoolTower():
    random = Random(4)
    vocabulary, length = 91, 12
    for width, size, fusion, head, N in ((8, 6, 'concat', 'separate', 5), (8, 4, 'embedding', 'tied', 4), (12, 8, 'cls', 'separate', 3)):
        fused = 2 * width if fusion == 'concat' else width
        linear = lambda name, inputs, outputs: [(name, (inputs, outputs)), (f'{name}Bias', (outputs,))]
        p = Parameters(
            [
                ('tokenEmbedding', (vocabulary, width)),
                *linear('mlpUp', width, 2 * width),
                *linear('mlpDown', 2 * width, width),
                ('normGain', (width,)),
                ('normBias', (width,)),
                *linear('queryHead', fused, size),
                *(linear('documentHead', fused, size) if head == 'separate' else []),
            ],
            random,
            0.4,
        )
        apply = lambda x, name: x @ p[name] + p[f'{name}Bias']
        sentences = random.integers(vocabulary, N, length)
        upstream = [random.normal(N, size) for _ in range(2)]
        x = p['tokenEmbedding'][sentences[:, 1:]].mean(1)
        encoded = F.layer_norm(x + apply(F.relu(apply(x, 'mlpUp')), 'mlpDown'), (width,), p['normGain'], p['normBias'], 1e-5)
        if fusion == 'concat':
            encoded = torch.cat([encoded, encoded], 1)
        queries = F.normalize(apply(encoded, 'queryHead'), dim=1)
        documents = F.normalize(apply(encoded, 'queryHead' if head == 'tied' else 'documentHead'), dim=1)
        yield {
            'shape': {'width': width, 'outputSize': size, 'fusion': fusion, 'head': head},
            'parameters': p.flat,
            'sentences': sentences,
            'upstreamQueries': upstream[0],
            'upstreamDocuments': upstream[1],
        }, {
            'encoded': encoded,
            'queries': queries,
            'documents': documents,
            'gradParameters': p.gradient(torch.cat([queries, documents]), torch.cat(upstream)),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', metavar='NAME', help=f'one of {", ".join(builders)}; all where none is given')
    chosen = parser.parse_args().names or list(builders)
    unknown = [name for name in chosen if name not in builders]
    if unknown:
        parser.error(f'{", ".join(unknown)}: unknown (expected {", ".join(builders)})')
    for name in chosen:
        own = builders[name]
        cases = [
            {'inputs': plain(inputs), 'expected': plain(expected), 'tolerance': own['tolerance']}
            for inputs, expected in own['build']()
        ]
        source = f'PyTorch {torch.__version__.split("+")[0]} in double precision: {own["source"]}'
        file = Path(__file__).with_name(f'{name}.json')
        file.write_text(json.dumps({'function': own['function'], 'source': source, 'shapes': own['shapes'], 'cases': cases}) + '\n')
        print(f'{file.name}: {len(cases)} cases')


if __name__ == '__main__':
    main()
