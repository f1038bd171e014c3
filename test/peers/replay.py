"""Trains recorded runs with the libraries of the field and compares; scripts/peers.mjs records them and starts this.

Reads the path of a recording from each line of the standard input, and answers each with a line of JSON.
"""
import importlib
import json
import math
import os
import sys
import traceback

os.environ.update(
    HF_HUB_OFFLINE='1', HF_DATASETS_OFFLINE='1', TRANSFORMERS_VERBOSITY='error', TRL_EXPERIMENTAL_SILENCE='1', TOKENIZERS_PARALLELISM='false',
)

MODULES = {'grpo': 'grpo', 'reward-model': 'reward_model', 'biencoder': 'biencoder'}

# Two runs are the same where the Euclidean distance of their last weights, as a share of how far the run moved, is as small
# as rounding makes it. What rounding alone makes of a case is measured: the distance from the library in double precision
# to the library in single precision, from the same weights and from two that are one rounding off. It is some 1e-5 until a
# ReLU, a clip or the first step of Adam goes the other way for one of them, which is rare, so that of a few such distances
# the next one may be ten times the largest. Cases are short enough that it stays below 2e-4; where one response of gspo is
# clipped in one run and not in the other it is 1e-3 to 2e-3. A library that is not told a knob of the case ends 2e-2 or more away,
# whichever knob it is, so that no limit may be above half of that.
SEEDS = (1, 2)
ROUNDING_FACTOR = 10
LEAST_LIMIT, LARGEST_LIMIT = 1e-3, 1e-2
# What is measured on held-out examples in single precision, as a share of how far it moved.
MEASURED_LIMIT = 1e-4


def distance(a, b, names):
    """Euclidean, over all weights."""
    return math.sqrt(sum((a[name] - b[name]).square().sum().item() for name in names))


def largest(a, b, names):
    return max((a[name] - b[name]).abs().max().item() for name in names)


def replay(record):
    import torch
    from recording import Arithmetic, recorded_weights

    torch.set_num_threads(1)
    library = importlib.import_module(MODULES[record['lab']])
    start, own = (recorded_weights(record, moment) for moment in ('start', 'end'))
    single, measured = library.train(record, Arithmetic())
    exact, _ = library.train(record, Arithmetic(double=True))
    rounded = [single, *(library.train(record, Arithmetic(seed=seed))[0] for seed in SEEDS)]
    names = [name for name in own if name not in record['given'].get('withoutGradient', [])]
    moved = distance(own, start, names)
    rounding = max(distance(each, exact, names) for each in rounded) / moved
    rows = [{
        'compared': 'weights', 'moved': largest(own, start, names), 'apart': largest(own, single, names),
        'share': distance(own, single, names) / moved, 'rounding': rounding, 'limit': min(LARGEST_LIMIT, max(LEAST_LIMIT, ROUNDING_FACTOR * rounding)),
    }]
    if measured:
        before, after = record['measured']['start'], record['measured']['end']
        moved, apart = (max(abs(after[key] - other[key]) for key in measured) for other in (before, measured))
        rows.append({
            'compared': ', '.join(measured), 'moved': moved, 'apart': apart, 'share': apart / moved, 'limit': MEASURED_LIMIT,
        })
    return {'library': library.LIBRARY, 'rows': rows}


def main():
    # What libraries print is for people; the answers have a pipe of their own.
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    for line in sys.stdin:
        with open(line.strip()) as file:
            record = json.load(file)
        try:
            answer = replay(record)
        except Exception:
            answer = {'failure': traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == '__main__':
    main()
