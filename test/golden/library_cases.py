"""What the makers of the libraries' golden cases share: their registry of builders, and verl's functions.

A builder yields `(library, inputs, expected)` case by case, where `expected` is what the library itself computed in
double precision; its file is `libraries/<its name>.json`.
"""
import argparse
import importlib.util
import json
import sys
import types
from pathlib import Path
from types import SimpleNamespace

import torch

from generate import plain

VERL = 'verl 0.10.0.dev (commit 1dda039)'
builders = {}


def library_golden(source, computed_by, shapes, tolerance, function):
    """Registers a builder of cases of a function; `computed_by` are the libraries with their versions."""

    def register(build):
        builders[build.__name__] = {
            'function': function, 'source': f'{source}. Computed by {computed_by}', 'shapes': shapes,
            'tolerance': tolerance, 'build': build,
        }
        return build

    return register


class Verl:
    """Modules of a verl checkout, loaded by themselves: what they import and need not is replaced by stand-ins."""

    def __init__(self, directory):
        self.directory = Path(directory)
        stand_in = self.stand_in
        self.Config = type('Config', (SimpleNamespace,), {'get': lambda self, key, default=None: getattr(self, key, default)})
        stand_in('omegaconf', DictConfig=dict)
        stand_in('tensordict', TensorDict=dict)
        for package in ('verl', 'verl.trainer', 'verl.trainer.ppo', 'verl.workers'):
            stand_in(package)
        stand_in('verl.protocol', DataProto=type('DataProto', (), {}))
        stand_in('verl.trainer.config', AlgoConfig=type('AlgoConfig', (), {}))
        stand_in('verl.trainer.config.algorithm', RolloutCorrectionConfig=self.Config)
        stand_in('verl.workers.config', ActorConfig=self.Config)
        stand_in('verl.workers.config.actor', PolicyLossConfig=self.Config)
        stand_in('verl.utils.device', get_device_name=lambda: 'cpu', get_torch_device=lambda: torch.cpu)
        stand_in('verl.utils.import_utils', deprecated=lambda *_: lambda function: function)
        utils = stand_in('verl.utils', as_torch_index=None, group_mean_std=None)
        utils.torch_functional = self.torch_functional = self.load('verl.utils.torch_functional')

    def load(self, name):
        spec = importlib.util.spec_from_file_location(name, self.directory / f'{name.replace(".", "/")}.py')
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @staticmethod
    def stand_in(name, **values):
        module = sys.modules[name] = types.ModuleType(name)
        module.__dict__.update(values, __path__=[])
        return module


def main(description):
    """Makes the files of the builders that the command line names, or of all; each builder is given verl's modules."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--verl', required=True, metavar='DIR', help=f'a checkout of {VERL}')
    parser.add_argument('names', nargs='*', metavar='NAME', help=f'one of {", ".join(builders)}; all where none is given')
    arguments = parser.parse_args()
    chosen = arguments.names or list(builders)
    unknown = [name for name in chosen if name not in builders]
    if unknown:
        parser.error(f'{", ".join(unknown)}: unknown (expected {", ".join(builders)})')
    verl = Verl(arguments.verl)
    for name in chosen:
        own = builders[name]
        cases = [
            {'library': library, 'inputs': plain(inputs), 'expected': plain(expected), 'tolerance': own['tolerance']}
            for library, inputs, expected in own['build'](verl)
        ]
        file = Path(__file__).with_name('libraries') / f'{name}.json'
        told = {key: own[key] for key in ('function', 'source', 'shapes')}
        file.write_text(json.dumps({**told, 'cases': cases}) + '\n')
        print(f'{file.name}: {len(cases)} cases')
