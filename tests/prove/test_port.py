"""Trained weights of a pair, carried across and verified on real data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from comparisons.common import RequestError
from comparisons.prove.port import port
from comparisons.tasks import BY_STEM

TASKS = (
    "chapter08_digits_convnet",
    "chapter10_weather_lstm",
    "chapter11_transformer",
)
DIGITS = BY_STEM[TASKS[0]]


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
    # PyTorch loads it strictly: counters of batches too, which Keras lacks.
    described = sides[1].call(
        "describe", task.torch, task.config("quick"), "float32"
    )
    state = load_file(tmp_path / "second.safetensors")
    shapes = {name: array.shape for name, array in state.items()}
    assert described.shapes.items() <= shapes.items()
    if suffix == ".weights.h5":
        with pytest.raises(RequestError, match="name a file of .weights.h5"):
            port(
                tmp_path / "second.safetensors", task, "keras",
                tmp_path / "fourth.keras", sides,
            )  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"first{suffix}", "second.safetensors", f"third{suffix}",
    ]  # fmt: skip


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
    ],
)
def test_paths_that_cannot_be_are_one_clear_line(
    source, to, out, said, tmp_path
):
    (tmp_path / "c.safetensors").write_text("no such file")
    no_sides: Any = (None, None)
    with pytest.raises(RequestError, match=said) as error:
        port(tmp_path / source, DIGITS, to, tmp_path / out, no_sides)
    assert "\n" not in str(error.value)


@pytest.mark.parity
def test_weights_that_do_not_fit_are_refused_and_nothing_is_written(
    sides, tmp_path
):
    broken, other = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    broken.write_text("no tensors")
    save_file({"conv1.weight": np.zeros((2, 2), "float32")}, other)
    out = tmp_path / "c.keras"
    for path, said in (
        (broken, "SafetensorError"),
        (other, "does not fit chapter08"),
    ):
        with pytest.raises(RequestError, match=said) as error:
            port(path, DIGITS, "keras", out, sides)
        assert "\n" not in str(error.value)
        assert not out.exists()
