"""Makes golden cases of the optimiser with the libraries' own functions: libraries/{schedules,adamWKnobs}.json.

usage: python3 test/golden/optimizer_libraries.py --verl DIR [NAME …]

Needs `pip install torch transformers` and a checkout of verl.
"""
import torch
import transformers.optimization as hf

from generate import Random
from library_cases import VERL, library_golden, main


def multipliers(make, steps):
    """The factors that a schedule gives the learning rate at these steps."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    return [float(make(optimizer).lr_lambdas[0](step)) for step in steps]


@library_golden(
    'transformers get_inverse_sqrt_schedule, get_cosine_with_hard_restarts_schedule_with_warmup (restarts is num_cycles) '
    'and get_wsd_schedule (linear warm-up, cosine decay); verl get_wsd_schedule_with_warmup',
    f'transformers 5.18, {VERL}',
    'scalars',
    1e-6,
    'learningRateMultiplier',
)
def schedules(verl):
    # transformers begins the warm-up of get_wsd_schedule at min_lr_ratio; verl and all other schedules begin at 0.
    # Steps of that warm-up with a ratio above 0 are left out.
    for total, warm, ratio in ((150, 0, 0.0), (120, 10, 0.1), (137, 13, 0.25), (1000, 999, 0.5), (2, 1, 0.0), (5000, 1, 0.01)):
        near = (0, 1, 2, warm // 2, warm - 1, warm, warm + 1, total // 3, total // 2, 2 * total // 3, total - 1, total)
        steps = sorted({step for step in near if 0 <= step <= total}) + [total + 1, total + total // 2]
        common = {'totalSteps': total, 'warmupSteps': warm, 'steps': steps}

        make = lambda optimizer: hf.get_inverse_sqrt_schedule(optimizer, warm)
        yield 'transformers', {'kind': 'inverse-sqrt', **common, 'minRatio': 0.0}, {'multipliers': multipliers(make, steps)}

        for restarts in (1, 3, 7):
            make = lambda optimizer: hf.get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, warm, total, restarts)
            inputs = {'kind': 'cosine-restarts', **common, 'minRatio': 0.0, 'restarts': restarts}
            yield 'transformers', inputs, {'multipliers': multipliers(make, steps)}

        # The last one is longer than what follows the warm-up.
        for decay in (1, max(1, total // 5), total):
            ends = sorted({*steps, *(step for step in range(total - decay - 1, total, max(1, decay // 4)) if step >= 0)})
            told = [step for step in ends if ratio == 0 or step >= warm]
            make = lambda optimizer: hf.get_wsd_schedule(optimizer, warm, decay, total, min_lr_ratio=ratio)
            inputs = {'kind': 'warmup-stable-decay', **common, 'steps': told, 'minRatio': ratio, 'decaySteps': decay}
            yield 'transformers', inputs, {'multipliers': multipliers(make, told)}

        for stable in (0.9, 0.5, 0.0):
            make = lambda optimizer: verl.torch_functional.get_wsd_schedule_with_warmup(
                optimizer, warm, total, min_lr_ratio=ratio, stable_ratio=stable,
            )
            decay = total - warm - int((total - warm) * stable)
            inputs = {'kind': 'warmup-stable-decay', **common, 'minRatio': ratio, 'decaySteps': decay}
            yield 'verl', inputs, {'multipliers': multipliers(make, steps)}


@library_golden(
    'torch.optim.AdamW after torch.nn.utils.clip_grad_norm_, with other betas and eps than the defaults',
    'torch 2.13',
    'parameters[P], gradients[steps,P], gradNorms[steps], parametersAfterEachStep[steps,P]',
    1e-5,
    'adamW',
)
def adamWKnobs(_verl):
    random = Random(5)
    for beta1, beta2, epsilon, scale in (
        (0.9, 0.95, 1e-8, 0.5), (0.0, 0.99, 1e-8, 0.5), (0.95, 0.9999, 1e-8, 0.5), (0.5, 0.5, 1e-8, 3.0),
        # About as large as the gradients, and far above and below them.
        (0.9, 0.999, 1e-2, 0.01), (0.8, 0.98, 0.1, 1e-4), (0.9, 0.999, 1e-12, 1e-4),
    ):
        start, gradients = random.normal(11), random.normal(8, 11, scale=scale)
        inputs = {
            'parameters': start, 'gradients': gradients, 'learningRate': 0.01, 'beta1': beta1, 'beta2': beta2,
            'epsilon': epsilon, 'weightDecay': 0.1, 'maxGradNorm': 1.0,
        }
        parameters = start.clone().requires_grad_()
        optimizer = torch.optim.AdamW([parameters], lr=0.01, betas=(beta1, beta2), eps=epsilon, weight_decay=0.1)
        norms, after = [], []
        for gradient in gradients:
            parameters.grad = gradient.clone()
            norms.append(torch.nn.utils.clip_grad_norm_([parameters], 1.0))
            optimizer.step()
            after.append(parameters.detach().clone())
        yield 'torch', inputs, {'gradNorms': norms, 'parametersAfterEachStep': after}


if __name__ == '__main__':
    main(__doc__)
