"""PyTorch's allocator on a CPU: what is counted, and what is predicted.

In a process of their own: this one may hold TensorFlow.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comparisons.sides.process import Settings, Side
from comparisons.sides.wire import write_split
from comparisons.tasks import BY_STEM
from shared_data import Arrays

pytestmark = pytest.mark.parity
ROOT = Path(__file__).parents[2]

COUNTED = """
import json
import numpy as np
import torch
from comparisons.sides.torch import memory as torch_memory
from comparisons.sides.memory import MIB

found = {}
array = np.ones((512, 512), "float32")
block = torch.ones(512, 512)
shared = [block, block.T, block[:10], torch.from_numpy(array)]
found["once"] = torch_memory.allocated_bytes(shared) / MIB

with torch_memory.allocator_peaks() as (peaks, settled):
    pass
level = peaks["host_allocator_peak_mib"]
found["held"] = level >= 1.0  # the block above
with torch_memory.allocator_peaks() as (peaks, settled):
    torch.ones(8 * 2**18)
    settled()
    kept = torch.ones(2 * 2**18)
    torch.ones(3 * 2**18)
found["settled"] = peaks["host_allocator_peak_mib"] - level
level += 2.0
with torch_memory.allocator_peaks() as (peaks, settled):
    torch.ones(8 * 2**18)
found["never settled"] = peaks["host_allocator_peak_mib"] - level
found["note"] = peaks["note"]
weight = torch.ones(4 * 2**18, requires_grad=True)
weight.sum().backward()
seen = weight.grad
del seen
with torch_memory.allocator_peaks() as (peaks, settled):
    pass
found["with a weight"] = peaks["host_allocator_peak_mib"] - level
found["gradient"] = weight.grad is not None

changes = [(30, -5), (10, 5), (20, 7), (40, 2)]
found["peaks"] = [torch_memory.peak_of(changes, t) for t in (0, 30, 40, 99)]
found["empty"] = torch_memory.peak_of([], 0)
print(json.dumps(found))
"""

PREDICTED = """
import json
from types import SimpleNamespace
import torch
import torch.nn.functional as F
from torch import nn
from comparisons.sides.torch import memory as torch_memory
from comparisons.sides.memory_work import outlines_of

def step(model, optimizer, loss_fn, x):
    optimizer.zero_grad()
    loss = loss_fn(model(x))
    loss.backward()
    optimizer.step()
    return loss.detach()

def half(build, train_step=step):
    return SimpleNamespace(
        build_model=lambda config: build(),
        make_loss=lambda config: lambda given: given.square().mean(),
        make_optimizer=lambda config, model: torch.optim.Adam(
            model.parameters()
        ),
        train_step=train_step,
    )

class Attention(nn.Linear):
    def __init__(self):
        super().__init__(512, 512)
    def forward(self, x):
        x = super().forward(x)
        return F.scaled_dot_product_attention(x, x, x)

class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.LSTM(512, 8)
    def forward(self, x):
        return self.layer(x)[0]

class Half(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(512, 512), nn.Linear(512, 512))
        self[0].requires_grad_(False)

def curious(model, optimizer, loss_fn, x):
    return step(model, optimizer, loss_fn, x).item()

batch = outlines_of([torch.ones(1, 3, 512)])
found = {}
for name, module in {
    "dense": half(lambda: nn.Linear(512, 512)),
    "half frozen": half(Half),
    "attention": half(Attention),
    "recurrent": half(Recurrent),
    "curious": half(lambda: nn.Linear(512, 512), curious),
    "no training": SimpleNamespace(),
}.items():
    told = torch_memory.predict_peak(module, None, batch)
    found[name] = [
        told["predicted_allocator_peak_mib"], told["prediction_note"]
    ]
kept = torch.ones(2 * 2**18)
found["beside"] = torch_memory.predict_peak(
    half(lambda: nn.Linear(512, 512)), None, batch
)["predicted_allocator_peak_mib"]
print(json.dumps(found))
"""


def told(script: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def counted() -> dict[str, Any]:
    return told(COUNTED)


@pytest.fixture(scope="module")
def predicted() -> dict[str, Any]:
    return told(PREDICTED)


def test_a_block_counts_once_and_numpys_not_at_all(counted):
    assert counted["once"] == 1.0


def test_the_peak_is_of_what_lives_once_settled(counted):
    assert counted["held"]
    # Two MiB stay while three come and go; the eight are gone before.
    assert counted["settled"] == pytest.approx(5, abs=0.01)
    assert counted["never settled"] == pytest.approx(8, abs=0.01)
    assert counted["note"] == "not measured: no CUDA device"


def test_gradients_of_an_earlier_training_do_not_count(counted):
    assert counted["with a weight"] == pytest.approx(4, abs=0.01)
    assert not counted["gradient"]


def test_events_are_added_in_the_order_of_time(counted):
    assert counted["peaks"] == [12, 12, 9, 9]
    assert counted["empty"] == 0


def test_a_prediction_has_weights_gradients_and_slots(predicted):
    # A MiB each of weights, gradients and both of Adam's slots, and what the
    # update itself needs, at most four more at a time.
    peak, why = predicted["dense"]
    assert 4.0 < peak < 8.1
    assert why == ""


def test_frozen_weights_are_predicted_without_gradients(predicted):
    dense, half = predicted["dense"][0], predicted["half frozen"][0]
    assert half - dense == pytest.approx(1, abs=0.1)


def test_what_is_alive_beside_the_model_is_added(predicted):
    more = predicted["beside"] - predicted["dense"][0]
    assert more == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("attention", "not calibrated for attention"),
        ("recurrent", "not calibrated for LSTM"),
        ("curious", "its step refuses fake tensors: DataDependentOutput"),
        ("no training", "it does not train"),
    ],
)
def test_a_prediction_that_is_not_to_be_trusted_is_withheld(
    predicted, name, why
):
    peak, said = predicted[name]
    assert peak is None
    assert said.startswith(why)


def test_the_prediction_for_the_convnet_is_what_is_measured(tmp_path):
    task = BY_STEM["chapter08_digits_convnet"]
    generator = np.random.default_rng(0)
    images = generator.random((256, 28, 28, 1)).astype("float32")
    labels = generator.integers(0, 10, 256)
    split = write_split(Arrays(images, labels), tmp_path, "train")
    with Side("torch", Settings(device="cpu", threads=1), tmp_path) as side:
        config = task.config("quick")
        peaks = side.call("measure_memory", task.torch, config, split)["peaks"]
    measured = peaks["host_allocator_peak_mib"]
    assert measured > 10  # its activations alone
    assert peaks["predicted_allocator_peak_mib"] == pytest.approx(
        measured, rel=0.05
    )
    assert peaks["host_peak_mib"] > 0
