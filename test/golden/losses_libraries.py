"""Makes golden cases of the GRPO loss with the functions of verl and TRL: policyVariants, klCorrection and
rolloutCorrection of libraries/.

usage: python3 test/golden/losses_libraries.py --verl DIR [NAME …]

Needs `pip install torch trl` and a checkout of verl. Where the libraries disagree there is no case:
- TRL caps GSPO's ratio by `delta`; of the losses here, verl gives a dual clip to the vanilla one alone: it is off.
- verl forces seq-mean-token-mean on GSPO and SAPO; TRL's GSPO exists with four ways to aggregate, its SAPO with that one.
- verl bounds the log-ratio of GSPO at 10, of other losses at 20, and that of Clip-Cov, KL-Cov and TRL not at all: all
  ratios here lie within.
- GSPO with weights that differ within a sequence: in verl the gradient of a token has the token's own weight, in TRL the
  mean of the sequence's.
- What share is clipped: of GSPO, verl counts tokens and TRL sequences; of CISPO, verl counts both sides and TRL what is
  above the bound and has a positive advantage; of Clip-Cov, verl counts only what its covariance takes out. It is
  expected where all that agrees.
- A batch with a sequence without tokens: verl leaves it out of the mean over sequences, TRL counts it.
- verl bounds the log-ratio of k3 at 20 and k3 at 10, and has no correction by the ratio; TRL bounds neither.
"""
import itertools
from types import SimpleNamespace

import torch

from generate import Random
from library_cases import VERL, library_golden, main
from trl_trainer import trl_loss, trl_weights

LIBRARIES = f'{VERL}, TRL 1.13'
TRL_AGGREGATIONS = {
    'bnpo': 'token-mean', 'dapo': 'token-mean', 'cispo': 'token-mean',
    'grpo': 'seq-mean-token-mean', 'sapo': 'seq-mean-token-mean', 'dr_grpo': 'seq-mean-token-sum-norm',
}


# ---------------------------------------------------------------- policy losses


def policy_data(random, N, T, spread, sign=0):
    """Ragged sequences; `spread` is that of the log-ratios, `sign` that of all advantages where it is not 0."""
    old = -random.uniform(N, T, low=0.05, high=3.0)
    log_probs = -(old + random.normal(N, T, scale=spread)).abs().float().double()
    advantages = random.normal(N)
    lengths = 1 + random.integers(T, N)
    lengths[0] = T
    return {
        'logProbs': log_probs,
        'oldLogProbs': old,
        'advantages': sign * advantages.abs() if sign else advantages,
        'mask': (torch.arange(T) < lengths[:, None]).double(),
    }


def policy_sets(random):
    sets = [
        policy_data(random, 5, 7, 0.4),
        policy_data(random, 3, 5, 3.0),
        policy_data(random, 7, 1, 0.4),
        policy_data(random, 1, 9, 0.4),
        policy_data(random, 1, 1, 0.4),
        policy_data(random, 5, 3, 0.4, sign=-1),
        policy_data(random, 3, 3, 0.4, sign=1),
        policy_data(random, 5, 5, 0.0),
    ]
    return [{**data, 'maxLength': data['mask'].shape[1] + extra} for data, extra in zip(sets, itertools.cycle((0, 3)))]


def some_weights(random, data, whole):
    """Weights of a rollout correction, some of them 0; `whole`: one weight a sequence."""
    N, T = data['mask'].shape
    weights = random.uniform(N, 1 if whole else T, high=2.0).expand(N, T).clone()
    weights[-1] = 0.0
    return weights


def apart(values, *bounds):
    """Whether single precision tells on which side of each bound every value lies."""
    return all(((values - bound).abs() > 1e-5 * (1 + abs(bound))).all() for bound in bounds)


def clear_ratios(inputs):
    """Whether no ratio is at a bound, of a token or of a sequence."""
    mask = inputs['mask']
    log_ratios = inputs['logProbs'] - inputs['oldLogProbs']
    means = (log_ratios * mask).sum(1) / mask.sum(1)
    ratios = torch.cat([log_ratios[mask > 0], means]).exp()
    return apart(ratios, 1 - inputs['clipLow'], 1 + inputs['clipHigh']) and log_ratios.abs().max() < 20 and means.abs().max() < 10


def verl_case(verl, algorithms, inputs, with_share=True):
    """One policy loss of verl; `with_share`: and the share of tokens that it calls clipped, where it counts them."""
    assert clear_ratios(inputs)
    kind = inputs.get('policyLoss', 'vanilla').replace('-', '_')
    share = inputs.get('covarianceShare')
    config = verl.Config(
        clip_ratio=None, clip_ratio_low=inputs['clipLow'], clip_ratio_high=inputs['clipHigh'],
        clip_ratio_c=inputs['dualClip'] or 1e9, tau_pos=inputs.get('sapoPositive'), tau_neg=inputs.get('sapoNegative'),
        policy_loss=SimpleNamespace(
            clip_cov_ratio=share, clip_cov_lb=inputs.get('covarianceLow'), clip_cov_ub=inputs.get('covarianceHigh'),
            kl_cov_ratio=share, ppo_kl_coef=inputs.get('klCovCoefficient'),
        ),
        global_batch_info={'loss_scale_factor': inputs['maxLength']},
    )
    log_probs = inputs['logProbs'].clone().requires_grad_()
    advantages = inputs['advantages'][:, None].expand_as(log_probs).clone()
    loss, metrics = algorithms.get_policy_loss_fn(kind)(
        inputs['oldLogProbs'], log_probs, advantages, inputs['mask'], inputs['aggregation'], config, inputs.get('policyWeights'),
    )
    expected = {'loss': loss, 'gradLogProbs': torch.autograd.grad(loss, log_probs)[0]}
    if with_share and kind in ('vanilla', 'gspo', 'cispo', 'clip_cov'):
        expected['clipFraction'] = metrics['actor/pg_clipfrac']
    return 'verl', inputs, expected


def trl_case(inputs, loss_type, level='token', share=None):
    """One policy loss of TRL; `share` is the name under which it logs the share that is clipped."""
    assert clear_ratios(inputs)
    log_probs = inputs['logProbs'].clone().requires_grad_()
    high = inputs['clipHigh'] + (loss_type == 'cispo')
    sapo = (inputs.get('sapoPositive'), inputs.get('sapoNegative'))
    loss, metrics = trl_loss(
        log_probs, inputs, loss_type, level=level, low=inputs['clipLow'], high=high, sapo=sapo, max_length=inputs['maxLength'],
    )
    assert inputs['aggregation'] == TRL_AGGREGATIONS[loss_type]
    expected = {'loss': loss, 'gradLogProbs': torch.autograd.grad(loss, log_probs)[0]}
    if share:
        expected['clipFraction'] = metrics[share][0]
    return f'TRL {loss_type}', inputs, expected


def covariances(data):
    """Of advantage and log-probability of each token that is in the loss."""
    kept = data['mask'] > 0
    advantages, log_probs = data['advantages'][:, None].expand_as(kept)[kept], data['logProbs'][kept]
    return (advantages - advantages.mean()) * (log_probs - log_probs.mean())


def clip_cov_knobs(data, low, high):
    """How Clip-Cov is told so that it takes out all tokens that it may, whatever it draws: some, one, none and all."""
    kept = data['mask'] > 0
    ratios = (data['logProbs'] - data['oldLogProbs']).exp()[kept]
    positive = data['advantages'][:, None].expand_as(kept)[kept] > 0
    clipped = torch.where(positive, ratios > 1 + high, ratios < 1 - low)
    all_values = covariances(data)
    values = all_values[~clipped].sort().values
    between = lambda i: round(((values[i] + values[i + 1]) / 2).item(), 6)
    for eligible, below, above in (
        (2, between(-3), values[-1].item() + 1), (1, between(-3), between(-2)), (1, between(-2), values[-1].item() + 1),
        (0, values[-1].item() + 1, values[-1].item() + 5), (len(values), values[0].item() - 1, values[-1].item() + 1),
    ):
        below, above = round(below, 6), round(above, 6)
        assert ((values > below) & (values < above)).sum() == eligible and apart(all_values, below, above)
        # With one, the least that it may be told: one token is always let out.
        share = 2e-4 if eligible < 2 else min(1.0, (eligible + 0.5) / kept.sum().item())
        yield {'covarianceShare': share, 'covarianceLow': below, 'covarianceHigh': above}


def kl_cov_share(data, count):
    """The share with which KL-Cov takes so many tokens, which no other's covariance comes near."""
    values = covariances(data).sort(descending=True).values
    assert count == len(values) or values[count - 1] - values[count] > 1e-3
    return min(1.0, (count + 0.5) / len(values))


@library_golden(
    'verl compute_policy_loss_{gspo,cispo,clip_cov,kl_cov,gpg,sapo,vanilla} with agg_loss; TRL GRPOTrainer._compute_loss '
    '(importance_sampling_level sequence with loss types grpo, bnpo, dapo and dr_grpo; loss types cispo and sapo). '
    'policyWeights multiply each token\'s loss (verl rollout_is_weights, TRL importance_sampling_ratio). TRL\'s cispo has '
    'no lower bound and takes the upper one itself: clipHigh is that less 1, and clipLow 1. Clip-Cov is let take out '
    'as many tokens as it may, so that it draws none',
    LIBRARIES,
    'logProbs[N,T], oldLogProbs[N,T], advantages[N], mask[N,T], policyWeights[N,T], gradLogProbs[N,T]',
    1e-4,
    'policyLoss',
)
def policyVariants(verl):
    algorithms = verl.load('verl.trainer.ppo.core_algos')
    random = Random(6)
    sets = policy_sets(random)
    ragged, far, _single, one_sequence, one_token, negative, positive, on_policy = sets
    aggregations = itertools.cycle(('token-mean', 'seq-mean-token-mean', 'seq-mean-token-sum', 'seq-mean-token-sum-norm'))
    clip = {'clipLow': 0.2, 'clipHigh': 0.28, 'dualClip': 0}
    per_sequence = {'aggregation': 'seq-mean-token-mean'}

    for data in sets:
        yield verl_case(verl, algorithms, {**data, 'policyLoss': 'gspo', **clip, **per_sequence})
    # The bounds of the paper.
    narrow = {**policy_data(random, 5, 9, 0.003), 'maxLength': 9, 'clipLow': 3e-4, 'clipHigh': 4e-4, 'dualClip': 0}
    yield verl_case(verl, algorithms, {**narrow, 'policyLoss': 'gspo', **per_sequence}, with_share=False)
    for data, loss_type in itertools.product((ragged, far, one_token, negative), ('grpo', 'bnpo', 'dapo', 'dr_grpo')):
        yield trl_case({**data, 'policyLoss': 'gspo', **clip, 'aggregation': TRL_AGGREGATIONS[loss_type]}, loss_type, 'sequence')

    for data in sets:
        yield verl_case(verl, algorithms, {**data, 'policyLoss': 'cispo', **clip, 'aggregation': next(aggregations)})
    for data, high in ((ragged, 0.28), (far, 4.0), (positive, 0.1), (negative, 0.1), (on_policy, 4.0)):
        inputs = {**data, 'policyLoss': 'cispo', 'clipLow': 1.0, 'clipHigh': high, 'dualClip': 0, 'aggregation': 'token-mean'}
        yield trl_case(inputs, 'cispo', share='cispo_clip_ratio' if data is positive else None)

    for data, (low, high) in itertools.product((ragged, far, negative, on_policy), ((0.2, 0.28), (0.95, 900.0))):
        for knobs in clip_cov_knobs(data, low, high):
            inputs = {
                **data, 'policyLoss': 'clip-cov', 'clipLow': low, 'clipHigh': high, 'dualClip': 0,
                'aggregation': next(aggregations), **knobs,
            }
            yield verl_case(verl, algorithms, inputs, with_share=high > 1 and data is not far)

    for data, count, coefficient in (
        (ragged, 1, 1.0), (ragged, 5, 0.5), (far, 3, 1.0), (negative, 2, 2.0), (one_token, 1, 1.0), (on_policy, 4, 1.0),
        (one_sequence, int(one_sequence['mask'].sum()), 1.0), (ragged, int(ragged['mask'].sum()), 1.0),
    ):
        inputs = {
            **data, 'policyLoss': 'kl-cov', **clip, 'aggregation': next(aggregations),
            'covarianceShare': kl_cov_share(data, count), 'klCovCoefficient': coefficient,
        }
        yield verl_case(verl, algorithms, inputs)
    # One token at least.
    least = {'covarianceShare': 2e-4, 'klCovCoefficient': 1.0}
    yield verl_case(verl, algorithms, {**ragged, 'policyLoss': 'kl-cov', **clip, 'aggregation': 'token-mean', **least})

    for data in (ragged, far, one_sequence, one_token, on_policy):
        yield verl_case(verl, algorithms, {**data, 'policyLoss': 'gpg', **clip, 'aggregation': next(aggregations)})

    for data, (above, below) in itertools.product(sets, ((1.0, 1.05), (0.5, 2.0))):
        inputs = {**data, 'policyLoss': 'sapo', **clip, **per_sequence, 'sapoPositive': above, 'sapoNegative': below}
        yield verl_case(verl, algorithms, inputs)
        if any(data is one for one in (ragged, far, negative)):
            yield trl_case(inputs, 'sapo')

    for data in (ragged, on_policy):
        for named in (
            {'policyLoss': 'gspo', **per_sequence}, {'policyLoss': 'cispo'}, {'policyLoss': 'gpg'},
            {'policyLoss': 'sapo', 'sapoPositive': 1.0, 'sapoNegative': 1.05, **per_sequence},
            {'policyLoss': 'kl-cov', 'covarianceShare': kl_cov_share(data, 4), 'klCovCoefficient': 1.0}, {},
        ):
            weights = some_weights(random, data, whole=named.get('policyLoss') == 'gspo')
            inputs = {**data, **clip, 'aggregation': next(aggregations), **named, 'policyWeights': weights}
            yield verl_case(verl, algorithms, inputs)
    for knobs in list(clip_cov_knobs(ragged, 0.2, 0.28))[:2]:
        inputs = {**ragged, 'policyLoss': 'clip-cov', **clip, 'aggregation': 'token-mean', **knobs}
        weights = some_weights(random, ragged, whole=False)
        yield verl_case(verl, algorithms, {**inputs, 'policyWeights': weights}, with_share=False)
    for loss_type, named, level in (
        ('grpo', {'policyLoss': 'gspo'}, 'sequence'), ('dapo', {'policyLoss': 'gspo'}, 'sequence'), ('dr_grpo', {}, 'token'),
        ('sapo', {'policyLoss': 'sapo', 'sapoPositive': 1.0, 'sapoNegative': 1.05}, 'token'),
        ('cispo', {'policyLoss': 'cispo', 'clipLow': 1.0}, 'token'),
    ):
        weights = some_weights(random, ragged, whole=level == 'sequence')
        inputs = {**ragged, **clip, **named, 'aggregation': TRL_AGGREGATIONS[loss_type], 'policyWeights': weights}
        yield trl_case(inputs, loss_type, level)


# ---------------------------------------------------------------- KL


@library_golden(
    'TRL GRPOTrainer._compute_loss with use_bias_correction_kl: k3 times the ratio of new to old probability, through '
    'which its gradient flows, too (DeepSeek-V3.2); each token by itself',
    'TRL 1.13',
    'logProbs[N,T], referenceLogProbs[N,T], oldLogProbs[N,T], kl[N,T], gradLogProbs[N,T]',
    1e-4,
    'klEstimate',
)
def klCorrection(_verl):
    random = Random(7)
    for N, T, moved, drifted in (
        (3, 5, 0.0, 0.5), (1, 1, 0.0, 1.0), (5, 3, 0.0, 0.0), (3, 5, 0.3, 0.5), (5, 1, 2.0, 0.1), (3, 7, 1.0, 1.0),
    ):
        log_probs = -random.uniform(N, T, low=0.05, high=4.0)
        inputs = {
            'logProbs': log_probs,
            'referenceLogProbs': (log_probs + random.normal(N, T, scale=drifted)).float().double(),
            'oldLogProbs': (log_probs + random.normal(N, T, scale=moved)).float().double(),
            'estimator': 'k3',
            'klCorrection': True,
        }
        leaf = log_probs.clone().requires_grad_()
        estimates = []
        for token in range(N * T):
            mask = torch.zeros(N * T, dtype=torch.double).index_fill_(0, torch.tensor(token), 1.0).reshape(N, T)
            batch = {'mask': mask, 'advantages': torch.zeros(N, dtype=torch.double), 'oldLogProbs': inputs['oldLogProbs']}
            estimates.append(trl_loss(leaf, batch, 'bnpo', beta=1.0, reference=inputs['referenceLogProbs'], correct_kl=True)[0])
        kl = torch.stack(estimates).reshape(N, T)
        assert all((log_probs - inputs[other]).abs().max() < 20 for other in ('referenceLogProbs', 'oldLogProbs'))
        yield 'TRL', inputs, {'kl': kl, 'gradLogProbs': torch.autograd.grad(kl.sum(), leaf)[0]}


# ---------------------------------------------------------------- rollout correction


def verl_weights(helper, inputs, kind, threshold):
    """compute_rollout_correction_weights; a mask is its IcePop, which has a lower bound that none is below."""
    level, way = kind.split('-')
    bounds = f'1e-30_{threshold}' if way == 'mask' else threshold
    log_ratios = inputs['oldLogProbs'] - inputs['samplingLogProbs']
    return helper.compute_rollout_correction_weights(log_ratios, inputs['mask'], level, bounds)[0]


@library_golden(
    'TRL GRPOTrainer._generate_and_score_completions (vllm_importance_sampling_mode, with vllm_importance_sampling_clip_max '
    'alone); verl compute_rollout_correction_weights (token and sequence; the mask is its IcePop). 0 outside the mask',
    LIBRARIES,
    'oldLogProbs[N,T], samplingLogProbs[N,T], mask[N,T], weights[N,T]',
    1e-4,
    'rolloutCorrection',
)
def rolloutCorrection(verl):
    helper = verl.load('verl.trainer.ppo.rollout_corr_helper')
    random = Random(8)
    for (N, T, spread), kind in itertools.product(
        ((5, 7, 0.3), (3, 5, 3.0), (7, 1, 1.0), (1, 5, 0.5), (1, 1, 1.0), (5, 3, 0.0)),
        ('token-truncate', 'sequence-truncate', 'sequence-mask'),
    ):
        threshold = 3.0 if N == 3 else 2.0
        data = policy_data(random, N, T, spread)
        inputs = {
            'oldLogProbs': data['logProbs'], 'samplingLogProbs': data['oldLogProbs'], 'mask': data['mask'],
            'rolloutCorrection': kind, 'rolloutCorrectionThreshold': threshold,
        }
        log_ratios = (inputs['oldLogProbs'] - inputs['samplingLogProbs']) * inputs['mask']
        assert apart(log_ratios.sum(1).exp(), threshold) and log_ratios.sum(1).abs().max() < 20
        for library, weights in (
            ('TRL', trl_weights(inputs, kind, threshold)), ('verl', verl_weights(helper, inputs, kind, threshold)),
        ):
            yield library, inputs, {'weights': weights.expand(N, T) * inputs['mask']}


if __name__ == '__main__':
    main(__doc__)
