"""What only a CUDA device can show; `pytest tests/test_gpu.py` runs it all.

Each test skips, and says why, where there is none or where a framework was
built without CUDA. `make setup-gpu` makes an environment for either side.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comparisons.measure.memory import compare_bytes
from comparisons.sides.memory import MIB, NO_CUDA, card
from comparisons.sides.process import Settings, Side, both_sides
from comparisons.sides.wire import Split, write_split
from comparisons.tasks import BY_STEM
from shared_data import Arrays

ROOT = Path(__file__).parents[1]
STEM = "chapter08_digits_convnet"
TASK = BY_STEM[STEM]
CONFIG = TASK.config("quick")

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(
        not Path("/dev/nvidiactl").exists(),
        reason="no CUDA device: /dev/nvidiactl is not there",
    ),
]
each_side = pytest.mark.parametrize("name", ("keras", "torch"))


@pytest.fixture(scope="module")
def split(tmp_path_factory: Any) -> Split:
    generator = np.random.default_rng(0)
    images = generator.random((256, 28, 28, 1)).astype("float32")
    labels = generator.integers(0, 10, 256)
    folder = tmp_path_factory.mktemp("data")
    return write_split(Arrays(images, labels), folder, "train")


def on_cuda(side: Side) -> Side:
    if side.facts()["device"] != "cuda":
        pytest.skip(f"{side.title} here was built without CUDA")
    return side


@pytest.fixture(scope="module")
def measured(split: Split) -> Iterator[dict[str, Any]]:
    """Return what either side measures, one after the other on the card."""
    found = {}
    for name in ("keras", "torch"):
        with both_sides(Settings(device="cuda")) as sides:
            (side,) = (on_cuda(s) for s in sides if s.name == name)
            half = getattr(TASK, name)
            found[name] = side.call("measure_memory", half, CONFIG, split)
    yield found


@each_side
def test_a_side_sees_the_device(name: Any, tmp_path):
    with Side(name, Settings(device="cuda"), tmp_path) as side:
        assert on_cuda(side).facts()["device"] == "cuda"


@each_side
def test_a_side_that_is_told_to_keeps_off_the_device(name: Any, tmp_path):
    with Side(name, Settings(device="cpu"), tmp_path) as side:
        assert side.facts()["device"] == "cpu"


@each_side
def test_the_fields_of_a_gpu_are_filled(measured, name: str):
    peaks = measured[name]["peaks"]
    weights = measured[name]["bytes"].weights / MIB
    # Weights, gradients and slots; the card has 10 GiB at least.
    assert 3 * weights < peaks["gpu_allocator_peak_mib"] < 10_240
    assert peaks["gpu_warmup_peak_mib"] >= 3 * weights
    assert peaks["host_allocator_peak_mib"] is None
    assert peaks["host_peak_mib"] > 0
    assert NO_CUDA not in peaks["note"]
    if name == "torch":
        reserved = peaks["gpu_reserved_mib"]
        assert reserved >= peaks["gpu_allocator_peak_mib"]
        assert "segments" in peaks["gpu_allocator"]
    else:
        assert "memory growth" in peaks["gpu_allocator"]
    held = peaks["gpu_process_mib"]
    assert held is None or held > peaks["gpu_allocator_peak_mib"]


def test_both_halves_keep_the_same_on_the_device(measured):
    found = compare_bytes(
        measured["keras"]["bytes"], measured["torch"]["bytes"]
    )
    assert found.equal, found.detail


def test_the_driver_answers():
    found = card()
    if found is None:
        pytest.skip("the driver's library does not answer here")
    assert found.used_mib > 0


def test_the_ladder_holds_on_the_device(tmp_path):
    with both_sides(Settings(device="cuda"), tmp_path) as sides:
        for side in sides:
            on_cuda(side)
    command = "verify", STEM, "--device", "cuda", "--steps", "10"
    done = subprocess.run(
        [sys.executable, "-m", "comparisons", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "proven" in done.stdout


# Work that a device has been given and has not finished; then a timed block.
WAITS = {
    "torch": """
import json
import torch
from comparisons.sides.torch.side import SIDE
facts = SIDE.start(1, "cuda")
if facts["device"] != "cuda":
    print(json.dumps(facts | {"waited": None}))
    raise SystemExit
x = torch.ones(4096, 4096, device="cuda")
def work(*_):
    global early
    y = x
    for _ in range(50):
        y = y @ x
    early = torch.cuda.current_stream().query()
work()
torch.cuda.synchronize()
SIDE.living["default", "predict"] = work
SIDE.time_block("default", "predict", 1, 1)
waited = torch.cuda.current_stream().query()
print(json.dumps(facts | {"early": early, "waited": waited}))
""",
    "keras": """
import json
from unittest import mock
from comparisons.sides.keras.side import SIDE
import tensorflow as tf
facts = SIDE.start(1, "cuda")
if facts["device"] != "cuda":
    print(json.dumps(facts | {"waited": None}))
    raise SystemExit
SIDE.living["default", "predict"] = lambda *_: None
wait = tf.test.experimental.sync_devices
with mock.patch.object(
    tf.test.experimental, "sync_devices", side_effect=wait
) as waits:
    SIDE.time_block("default", "predict", 1, 1)
print(json.dumps(facts | {"early": False, "waited": waits.called}))
""",
}


@each_side
def test_a_timed_block_waits_for_the_device(name: str):
    settings = Settings(device="cuda").environment()
    python = os.environ.get(f"{name.upper()}_PYTHON", sys.executable)
    done = subprocess.run(
        [python, "-c", WAITS[name]],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    if found["waited"] is None:
        pytest.skip(f"{name} here was built without CUDA")
    assert not found["early"]
    assert found["waited"]
