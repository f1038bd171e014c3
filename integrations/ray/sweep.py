"""Runs a sweep on Ray: a task for each population, with the project's own command line at work in it.

    python3 integrations/ray/sweep.py spec.json --out results.jsonl [--address auto] [--cpus 1] [--retries 5]

Every machine needs Node and this folder with its node_modules, at the same path unless --project names another one; a
cluster's runtime environment may bring them. Results are appended by the program that was started, as they come: killed and
started again, it does what is missing, as `npm run sweep` does with the same file. A task whose machine goes is tried again
on another one. To leave it to the cluster:

    ray job submit --working-dir . -- python3 integrations/ray/sweep.py spec.json --out /shared/results.jsonl
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def main():
    arguments = read_arguments()
    spec, out = Path(arguments.spec).resolve(), Path(arguments.out).resolve()
    plan = plan_of(arguments.project, spec, out)
    waiting = plan['waiting']
    print(f"{plan['cells']} cells × {plan['seeds']} seeds in {plan['populations']} populations; {len(waiting)} to train", flush=True)
    if not waiting:
        return 0
    try:
        import ray
    except ImportError:
        sys.exit('sweep: Python has no module ray (python3 -m pip install ray)')
    if not out.exists() or out.stat().st_size == 0:
        out.write_text(plan['firstLine'] + '\n')
    ray.init(address=arguments.address, log_to_driver=False, logging_level='warning')
    try:
        return collect(ray, arguments, spec.read_text(), out, plan)
    finally:
        ray.shutdown()


def collect(ray, arguments, spec, out, plan):
    """Appends each population's results as it comes; returns the exit code."""
    task = ray.remote(num_cpus=arguments.cpus, max_retries=arguments.retries)(train)
    waiting = plan['waiting']
    running = {task.remote(str(arguments.project), spec, at, plan['populations']): at for at in waiting}
    failed = []
    while running:
        (done,), _ = ray.wait(list(running), num_returns=1)
        at = running.pop(done)
        try:
            lines = ray.get(done)
        except ray.exceptions.RayError as error:
            failed.append(f'population {at}: {str(error).strip().splitlines()[-1]}')
            continue
        append(out, lines)
        ended = len(waiting) - len(running) - len(failed)
        print(f'{ended} of {len(waiting)} populations', flush=True)
    for line in failed:
        print(line, file=sys.stderr)
    return 1 if failed else 0


def append(out, lines):
    """Whole lines, and only those that are not there: what was cut off before is taken out."""
    text = out.read_text()
    whole = text[: text.rfind('\n') + 1]
    there = {key_of(line) for line in whole.splitlines()[1:]}
    new = ''.join(line + '\n' for line in lines if key_of(line) not in there)
    with out.open('r+') as file:
        file.truncate(len(whole.encode()))
        file.seek(0, os.SEEK_END)
        file.write(new)
        file.flush()
        os.fsync(file.fileno())


def key_of(line):
    result = json.loads(line)
    return json.dumps([result['cell'], result['seed']])


def train(project, spec, at, populations):
    """One population, by the command line: its results without the first line. Runs on any machine of the cluster."""
    with tempfile.TemporaryDirectory() as folder:
        spec_file, out = Path(folder, 'spec.json'), Path(folder, 'results.jsonl')
        spec_file.write_text(spec)
        command(Path(project), spec_file, '--out', out, '--jobs', 1, '--only', f'{at}/{populations}')
        return out.read_text().splitlines()[1:]


def plan_of(project, spec, out):
    arguments = ['--out', out] if out.exists() else []
    return json.loads(command(project, spec, *arguments, '--plan', '--json'))


def command(project, *arguments):
    """Runs `npm run sweep`; its complaint is the error's message."""
    script = ['node', str(project / 'scripts' / 'sweep.mjs'), *map(str, arguments)]
    ended = subprocess.run(script, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(ended.stderr.strip() or f'the sweep ended with {ended.returncode}')
    return ended.stdout


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('spec', help='the sweep, as JSON')
    parser.add_argument('--out', required=True, help='the file that results are appended to')
    parser.add_argument('--address', help="the cluster's address, or auto; a Ray of this machine's own where none is given")
    parser.add_argument('--cpus', type=float, default=1, help='cores that a task asks for (1)')
    parser.add_argument('--retries', type=int, default=5, help='times that a task is tried again where its machine goes (5)')
    parser.add_argument('--project', type=Path, default=PROJECT, help='this project on every machine')
    return parser.parse_args()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(f'sweep: {error}')
