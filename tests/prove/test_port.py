"""Trained weights of a pair, carried across and verified on real data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from comparisons.common import RequestError
from comparisons.prove.port import port
from comparisons.sides.process import Settings, both_sides
from comparisons.tasks import BY_STEM

TASKS = (
    "chapter08_digits_convnet",
    "chapter10_weather_lstm",
    "chapter11_transformer",
)


@pytest.fixture(scope="module")
def sides():
    with both_sides(Settings(device="cpu", threads=1)) as both:
        yield both


def trained(sides: Any, stem: str, path: Path) -> dict[str, np.ndarray]:
    """Write weights that are no initial ones, as training leaves them."""
    keras, _ = sides
    task = BY_STEM[stem]
    config = task.config("quick")
    random = np.random.default_rng(1)
    initial = keras.call("initial", task.keras, config, "float32", 3)
    weights = {
        name: (w + random.uniform(-0.05, 0.05, w.shape)).astype("float32")
        for name, w in initial.items()
    }
    keras.call("write_weights", task.keras, config, weights, str(path))
    return weights


@pytest.mark.parity
@pytest.mark.parametrize("stem", TASKS)
def test_a_round_trip_gives_the_same_bits(stem, sides, tmp_path):
    task = BY_STEM[stem]
    # Keras cannot write layers of one's own without get_config() otherwise.
    suffix = ".weights.h5" if "transformer" in stem else ".keras"
    weights = trained(sides, stem, tmp_path / f"first{suffix}")
    there = port(
        tmp_path / f"first{suffix}", task, "torch",
        tmp_path / "second.safetensors", sides,
    )  # fmt: skip
    assert all(rung.passed for rung in there.rungs)
    assert {rung.dtype for rung in there.rungs} == {"float32", "float64"}
    back = port(
        tmp_path / "second.safetensors", task, "keras",
        tmp_path / f"third{suffix}", sides,
    )  # fmt: skip
    assert back.tensors == len(weights)
    keras, _ = sides
    read = keras.call(
        "read_weights", task.keras, task.config("quick"),
        str(tmp_path / f"third{suffix}"),
    )  # fmt: skip
    assert read.keys() == weights.keys()
    for name, array in weights.items():
        assert read[name].tobytes() == array.tobytes(), name
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"first{suffix}", "second.safetensors", f"third{suffix}",
    ]  # fmt: skip


def test_weights_of_another_model_are_refused_and_nothing_is_written(
    sides, tmp_path
):
    save_file({"conv1.weight": np.zeros((2, 2), "float32")},
              tmp_path / "a.safetensors")  # fmt: skip
    with pytest.raises(RequestError, match="does not fit chapter08") as error:
        port(
            tmp_path / "a.safetensors", BY_STEM[TASKS[0]], "keras",
            tmp_path / "b.keras", sides,
        )  # fmt: skip
    assert "\n" not in str(error.value)
    assert not (tmp_path / "b.keras").exists()


@pytest.mark.parametrize(
    "source, to, out, said",
    [
        ("a.keras", "keras", "b.keras", "a.keras and --to keras"),
        ("a.keras", "torch", "b.pt", "expected a file of .safetensors"),
        (
            "a.keras",
            "torch",
            "b.safetensors",
            "a.keras; expected a file that exists",
        ),
        ("c.safetensors", "keras", "no/b.keras", "mkdir -p"),
        ("c.safetensors", "keras", "b.keras", "SafetensorError"),
    ],
)
def test_bad_requests_are_one_clear_line(
    source, to, out, said, sides, tmp_path
):
    (tmp_path / "c.safetensors").write_text("no such file")
    with pytest.raises(RequestError, match=said) as error:
        port(tmp_path / source, BY_STEM[TASKS[0]], to, tmp_path / out, sides)
    assert "\n" not in str(error.value)


def test_the_file_for_pytorch_loads_strictly(sides, tmp_path):
    """Counters of batches too, which Keras does not have."""
    stem = "chapter08_digits_convnet"
    trained(sides, stem, tmp_path / "a.keras")
    port(tmp_path / "a.keras", BY_STEM[stem], "torch",
         tmp_path / "b.safetensors", sides)  # fmt: skip
    state = load_file(tmp_path / "b.safetensors")
    _, torch = sides
    shapes = torch.call(
        "describe", BY_STEM[stem].torch, BY_STEM[stem].config("quick"),
        "float32",
    )["shapes"]  # fmt: skip
    assert shapes.items() <= {n: a.shape for n, a in state.items()}.items()


def test_what_keras_cannot_write_is_one_clear_line(sides, tmp_path):
    stem = "chapter11_transformer"
    trained(sides, stem, tmp_path / "a.weights.h5")
    port(tmp_path / "a.weights.h5", BY_STEM[stem], "torch",
         tmp_path / "b.safetensors", sides)  # fmt: skip
    with pytest.raises(RequestError, match="name a file of .weights.h5"):
        port(tmp_path / "b.safetensors", BY_STEM[stem], "keras",
             tmp_path / "c.keras", sides)  # fmt: skip
    assert not (tmp_path / "c.keras").exists()
