"""`npm run test:ray [-- --speed]`: a sweep on a local Ray of two workers, of which one is killed, equals the command line's.

With --speed it measures instead how much faster two workers are than one.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

ROOT = Path(__file__).resolve().parents[2]
DRIVER = ROOT / 'integrations' / 'ray' / 'sweep.py'
SPEC = {
    'lab': 'grpo', 'set': {'steps': 30}, 'seeds': 2, 'engine': 'cpu',
    'axes': [{'key': 'rolloutN', 'values': [2, 3, 4, 5, 6, 7, 8, 9]}, {'key': 'learningRate', 'values': [1e-3, 5e-3]}],
}


def cluster_of(workers):
    """A head that takes no tasks, and so many nodes with one core each."""
    cluster = Cluster(initialize_head=True, head_node_args={'num_cpus': 0})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(workers)]
    cluster.wait_for_nodes()
    return cluster, nodes


def start(spec, out, address):
    return subprocess.Popen([sys.executable, DRIVER, spec, '--out', out, '--address', address], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run(spec, out, address):
    program = start(spec, out, address)
    output, _ = program.communicate(timeout=600)
    return program.returncode, output


def lines_of(out):
    return out.read_text().splitlines() if out.exists() else []


def sweep(spec, out, *arguments):
    subprocess.run(['node', ROOT / 'scripts' / 'sweep.mjs', spec, '--out', out, *arguments], check=True, capture_output=True)


def wait_for(condition, seconds, what):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f'{what} did not come within {seconds} s'
        time.sleep(0.05)


def test_killed_worker(folder, spec):
    expected, out = folder / 'expected.jsonl', folder / 'ray.jsonl'
    sweep(spec, expected)
    cluster, nodes = cluster_of(2)
    try:
        program = start(spec, out, cluster.address)
        wait_for(lambda: len(lines_of(out)) > 1, 120, 'the first result')
        cluster.remove_node(nodes[1], allow_graceful=False)
        output, _ = program.communicate(timeout=600)
        assert program.returncode == 0, output
        assert sorted(lines_of(out)) == sorted(lines_of(expected)), 'the results differ from those of the command line'
        code, output = run(spec, out, cluster.address)
        assert code == 0 and '; 0 to train' in output, output
    finally:
        cluster.shutdown()
    print('ok  a worker that is killed: its populations are tried again, and the results are the command line’s')


def test_killed_driver(folder, spec):
    expected, out = folder / 'expected.jsonl', folder / 'cut.jsonl'
    cluster, _ = cluster_of(2)
    try:
        program = start(spec, out, cluster.address)
        wait_for(lambda: len(lines_of(out)) > 1, 120, 'the first result')
        program.kill()
        program.wait()
        before = len(lines_of(out))
        # As if it had been killed while it wrote.
        out.write_text(out.read_text() + lines_of(expected)[-1][:40])
        code, output = run(spec, out, cluster.address)
        assert code == 0, output
        assert 1 < before < len(lines_of(expected)), f'{before} lines before the driver was killed'
        assert sorted(lines_of(out)) == sorted(lines_of(expected)), 'the results differ from those of the command line'
    finally:
        cluster.shutdown()
    print('ok  the program that collects is killed: started again, it does what is missing')


def test_bad_spec(folder):
    spec = folder / 'bad.json'
    spec.write_text(json.dumps({**SPEC, 'seeds': 99}))
    program = subprocess.run([sys.executable, DRIVER, spec, '--out', folder / 'bad.jsonl'], capture_output=True, text=True, check=False)
    assert program.returncode == 1 and 'seeds: 99 is out of range' in program.stderr, program.stderr
    assert not (folder / 'bad.jsonl').exists()
    print('ok  a spec that is wrong is refused by its field, before Ray starts')


def speed(folder, spec):
    took = {}
    for workers in (1, 2):
        cluster, _ = cluster_of(workers)
        try:
            run(spec, folder / f'warm{workers}.jsonl', cluster.address)
            began = time.monotonic()
            code, output = run(spec, folder / f'speed{workers}.jsonl', cluster.address)
            assert code == 0, output
            took[workers] = time.monotonic() - began
        finally:
            cluster.shutdown()
    print(f'one worker {took[1]:.1f} s, two {took[2]:.1f} s: {took[1] / took[2]:.2f} times as fast')


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = folder / 'spec.json'
        spec.write_text(json.dumps(SPEC))
        if '--speed' in sys.argv[1:]:
            speed(folder, spec)
            return
        test_bad_spec(folder)
        test_killed_worker(folder, spec)
        test_killed_driver(folder, spec)
        assert not ray.is_initialized()


if __name__ == '__main__':
    main()
