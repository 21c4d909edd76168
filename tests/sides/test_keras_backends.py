"""What the proof needs of an engine, on each that is installed."""

import importlib.util
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from comparisons.checkout import ROOT

pytestmark = pytest.mark.parity

ENGINES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            importlib.util.find_spec(name) is None,
            reason=f"{name} is not installed",
        ),
    )
    for name in ("tensorflow", "torch", "jax")
]
every_engine = pytest.mark.parametrize("engine", ENGINES)


def told(engine: str, code: str) -> Any:
    """Run code on an engine, in a process of its own; return what it says."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env=os.environ | {"KERAS_BACKEND": engine},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


PRECISION = """
import json, sys
import keras
import numpy as np
from keras import ops
from comparisons.sides.keras import backends as keras_backends

a, b = np.random.default_rng(0).normal(size=(2, 30, 30))
found = []
for dtype in ("float32", "float64", "float32"):
    keras_backends.use_precision(dtype)
    x, y = (ops.convert_to_tensor(v.astype(dtype)) for v in (a, b))
    product = ops.convert_to_numpy(ops.matmul(x, y))
    found.append([str(product.dtype), float(abs(product - a @ b).max())])
keras.layers.Bidirectional(keras.layers.LSTM(2))  # asks for TensorFlow
# JAX, where it is installed, is imported by TensorFlow and by Keras itself.
engines = [n for n in ("tensorflow", "torch") if n in sys.modules]
print(json.dumps([found, engines]))
"""


@every_engine
def test_float64_is_float64_and_an_engine_is_alone(engine: str):
    found, engines = told(engine, PRECISION)
    assert [dtype for dtype, _ in found] == ["float32", "float64", "float32"]
    assert found[0][1] > 1e-7 and found[2][1] > 1e-7
    assert found[1][1] < 1e-13
    alone = [] if engine == "jax" else [engine]
    assert engines == alone, "another shares the process"


ONE_FILTER = """
import json
import keras
import numpy as np
from comparisons.sides.keras import backends as keras_backends

native = keras_backends.functional.conv2d
keras_backends.use_precision("float64")
model = keras.Sequential([keras.layers.Conv2D(1, 3)])
model.compile("sgd", "mse")
images = np.random.default_rng(0).normal(size=(2, 5, 5, 3))
history = model.fit(images, np.zeros((2, 3, 3, 1)), verbose=0)
keras_backends.use_precision("float32")
same = keras_backends.functional.conv2d is native
print(json.dumps([history.history["loss"][0], same]))
"""


def test_pytorch_trains_a_single_filter_in_float64():
    loss, native = told("torch", ONE_FILTER)
    assert loss > 0
    assert native, "what users run is not what is measured"


ATTENTION = """
import json
import jax
import numpy as np
from comparisons.sides.keras import backends as keras_backends

random = np.random.default_rng(0)
query, key, value = random.normal(size=(3, 2, 5, 4, 8))
mask = random.random((2, 1, 5, 5)) < 0.8
mask |= np.eye(5, dtype=bool)
bias = random.normal(size=(2, 4, 5, 5))
ways = [
    {},
    {"mask": mask, "scale": 0.3},
    {"is_causal": True},
    {"mask": mask, "is_causal": True, "bias": bias, "implementation": "xla"},
]
found = []
for way in ways:
    outputs = {}
    for dtype in ("float64", "float32"):
        keras_backends.use_precision(dtype)
        given = {
            name: x.astype(dtype) if name == "bias" else x
            for name, x in way.items()
        }
        outputs[dtype] = np.asarray(
            jax.nn.dot_product_attention(
                *(x.astype(dtype) for x in (query, key, value)), **given
            )
        )
    scores = np.einsum("btnh,bsnh->bnts", query, key)
    scores = scores * way.get("scale", 8**-0.5) + way.get("bias", 0)
    seen = way.get("mask", np.ones((5, 5), bool))
    if way.get("is_causal"):
        seen = seen & np.tril(np.ones((5, 5), bool))
    weights = np.where(seen, np.exp(scores), 0)
    weights /= weights.sum(-1, keepdims=True)
    exact = np.einsum("bnts,bsnh->btnh", weights, value)
    errors = [float(abs(o - exact).max()) for o in outputs.values()]
    native = keras_backends.native_attention
    found.append([*errors, jax.nn.dot_product_attention is native])
print(json.dumps(found))
"""


@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="jax is not installed"
)
def test_jax_attends_in_float64():
    found = told("jax", ATTENTION)
    assert len(found) == 4
    for double, single, native in found:
        assert double < 1e-14 and single < 1e-5
        assert native, "what users run is not what is measured"


NAMESAKES = """
import json
import keras
from comparisons.sides.keras import backends as keras_backends

def model(name):
    inner = keras.Input((3,))
    out = keras.layers.Dense(3, name=name)(inner)
    nested = keras.Model(inner, out)
    outer = keras.Input((3,))
    x = keras.layers.Dense(3, name="hidden")(outer)
    return keras.Model(outer, nested(x))

keras_backends.check(model("other"))
try:
    keras_backends.check(model("hidden"))
    print(json.dumps(""))
except ValueError as error:
    print(json.dumps(str(error)))
"""


@every_engine
def test_namesakes_are_refused_where_gradients_would_add_up(engine: str):
    found = told(engine, NAMESAKES)
    if engine == "torch":
        assert found.startswith("received two weights named hidden/bias; exp")
    else:
        assert found == ""


# A training of two epochs, 3 steps each, of a model that has a state besides
# its weights, run line by line or compiled.
TRAINING = """
import json
import keras
import numpy as np
from contextlib import nullcontext
from comparisons.sides.keras import backends as keras_backends
from comparisons.sides.keras.recorder import Recorder, state_of

keras_backends.use_precision("float64")
random = np.random.default_rng(0)
x, y = random.normal(size=(24, 3)), random.normal(size=(24, 1))
found = []
for way in (keras_backends.eagerly, nullcontext):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(2, name="hidden")(inputs)
    hidden = keras.layers.BatchNormalization(name="norm")(hidden)
    out = keras.layers.Dense(1, name="out")(hidden)
    model = keras.Model(inputs, out)
    begin = state_of(model)
    recorder = Recorder(model, 6)
    rate = 0.1
    optimizer = recorder.watch(keras.optimizers.SGD(rate))
    model.compile(optimizer, "mse")
    with way():
        history = model.fit(
            x, y, batch_size=10, epochs=2, shuffle=False, verbose=0
        )
    taken = recorder.notes.taken()
    gradients = recorder.notes.read(recorder.gradients)
    after_one = recorder.notes.read(recorder.after_one)
    worst = max(
        float(abs(begin[n] - rate * g - after_one[n]).max())
        for n, g in gradients.items()
    )
    moved = {n: float(abs(after_one[n] - begin[n]).max()) for n in begin}
    left = {n: float(abs(after_one[n] - w).max())
            for n, w in state_of(model).items()}
    found.append([taken, recorder.told(taken).tolist(),
                  history.history["loss"], worst, moved, left])
print(json.dumps(found))
"""


@every_engine
def test_a_training_is_recorded_line_by_line_and_compiled(engine: str):
    found = told(engine, TRAINING)
    for taken, losses, epochs, worst, moved, left in found:
        assert taken == 6 and len(losses) == 6
        # The last batch of an epoch is 4 of 24 samples.
        means = np.average(
            np.reshape(losses, (2, 3)), axis=1, weights=[10, 10, 4]
        )
        np.testing.assert_allclose(means, epochs, rtol=1e-12)
        assert len(set(losses)) == 6
        # Gradients and weights of the first step, not of another one.
        assert worst < 1e-15
        assert "norm/moving_mean" in moved
        # A bias before a normalisation has no gradient.
        assert all(v > 1e-6 for n, v in moved.items() if n != "hidden/bias")
        assert all(v > 1e-6 for n, v in left.items() if n != "hidden/bias")
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-12)


ADDED = """
import json
import numpy as np
from comparisons.sides.keras import backends as keras_backends

notes = keras_backends.notes()
heard = notes.blank(3)
for step in range(3):
    for part in range(step + 1):
        notes.put(heard, np.float32(10.0 * step + part), add=True)
    notes.count()
taken = notes.taken()
print(json.dumps([taken, np.array(heard).tolist()]))
"""


@every_engine
def test_the_parts_of_a_loss_are_added_up_step_by_step(engine: str):
    assert told(engine, ADDED) == [3, [0.0, 21.0, 63.0]]


FORMULAS = """
import json
import torch
from torch import nn
from comparisons.sides.torch.keras_formulas import float32, keras_formulas

torch.set_default_dtype(torch.float64)

class Rescaling(nn.Module):
    scale = 1 / 255

model = nn.Sequential(nn.Embedding(3, 2), nn.BatchNorm1d(2), Rescaling())
attention = nn.functional.scaled_dot_product_attention
with keras_formulas(model, True) as used:
    x = model[1](model[0](torch.tensor([0, 0, 1])))
    nn.functional.gelu(x).sum().backward()
    nn.functional.leaky_relu(x)
    q = torch.ones(1, 2, 3)
    nn.functional.scaled_dot_product_attention(q, q, q)
print(json.dumps([float32(0.1), sorted(used)]))
"""


@pytest.mark.parametrize(
    ("engine", "constant", "used"),
    [
        (
            "tensorflow",
            0.10000000149011612,
            ["batch_norm_variance", "embedding_gradients", "float32_constants"],
        ),
        # What Keras does on every engine stays.
        ("torch", 0.1, ["batch_norm_variance"]),
        ("jax", 0.1, ["batch_norm_variance"]),
    ],
)
def test_formulas_of_tensorflow_alone_hold_on_tensorflow_alone(
    engine: str, constant: float, used: list[str]
):
    assert told(engine, FORMULAS) == [constant, used]
