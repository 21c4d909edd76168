"""What is timed and counted of real halves, each in its own process."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from test_keras_backends import told as told_by

from comparisons.common import HalfFailed
from comparisons.measure.scale import repeated
from comparisons.measure.studies import TOLERANCES
from comparisons.proof.distance import difference
from comparisons.proof.evidence import one_ulp_away
from comparisons.request import Request, loaded
from comparisons.sides.process import Settings, both_sides
from comparisons.tasks import BY_STEM

pytestmark = pytest.mark.parity
CONVNET = BY_STEM["chapter08_digits_convnet"]


@pytest.fixture(scope="module")
def sides() -> Iterator[Any]:
    with both_sides(Settings()) as (keras, torch):
        yield {"keras": keras, "torch": torch}


@pytest.fixture(scope="module")
def convnet() -> Iterator[Any]:
    config = CONVNET.config("quick")
    with loaded(CONVNET, Request(), config) as (train, test, _):
        yield config, replace(train, samples=640), test


@pytest.mark.parametrize(
    "stem, step",
    [
        # Forward, and both gradients except the gradient of the pictures.
        ("chapter08_digits_convnet", (2.9, 3.0)),
        ("chapter09_mini_xception", (2.7, 3.0)),
        ("chapter10_weather_lstm", (2.5, 3.0)),
        ("chapter11_transformer", (2.9, 3.1)),
        # Few layers are trained, and none before them needs a gradient.
        ("chapter08_fine_tuning", (1.3, 1.7)),
        ("chapter02_from_scratch", (2.0, 2.1)),
    ],
)
def test_a_step_counts_as_many_passes_as_it_has(sides, stem, step):
    task = BY_STEM[stem]
    config = task.config("quick")
    with loaded(task, Request(), config) as (train, _, _):
        found = sides["torch"].call("count", task.torch, config, train)
    assert step[0] < found["flops"] / found["forward"] < step[1]
    assert found["bytes"] > 0 and found["operations"] > 10


def test_a_count_by_hand(sides, convnet):
    config, train, _ = convnet
    theirs = sides["torch"].call("count", CONVNET.torch, config, train)
    by_sample = 2 * (
        26 * 26 * 9 * 32 + 11 * 11 * 9 * 32 * 64 + 3 * 3 * 9 * 64 * 128
        + 1152 * 10
    )  # fmt: skip
    assert theirs["forward"] == config.batch_size * by_sample


@pytest.mark.parametrize(
    "name, mode",
    [
        ("keras", "eager"),
        ("keras", "xla"),
        ("keras", "steps"),
        ("keras", "bfloat16"),
        ("torch", "channels_last"),
        ("torch", "bfloat16"),
    ],
)
def test_a_mode_agrees_with_the_default_and_is_in_force(
    sides, convnet, name, mode
):
    half = getattr(CONVNET, name)
    _, precision = sides[name].call("mode_names")[mode]
    weights = sides[name].call("initial", half, convnet[0], "float32", 0)

    def evidence(mode: str, weights: Any) -> Any:
        return sides[name].call("evidence", half, *convnet, mode, weights)

    default, other = evidence("default", weights), evidence(mode, weights)

    def agrees(one: Any) -> bool:
        bounds = TOLERANCES[precision].items()
        return all(
            difference(one[what], other[what], 1e-4) <= bound
            for what, bound in bounds
        )

    # Where a unit is about to flip between on and off, the last bit decides
    # it, of a kernel or of a weight: 1e-2 then, and 7e-7 on the same side.
    assert agrees(default) or any(
        agrees(evidence("default", one_ulp_away(weights, seed)))
        for seed in range(1, 5)
    )
    if precision == "bfloat16":
        assert difference(default["losses"], other["losses"], 1e-4) > 1e-5
    elif name == "keras" and mode != "steps":  # other kernels round otherwise
        after = "predictions after"
        assert not np.array_equal(default[after], other[after])


def test_modes_need_a_model_and_say_so(sides):
    task = BY_STEM["chapter02_from_scratch"]
    config = task.config("quick")
    with loaded(task, Request(), config) as (train, test, _):
        for name, mode in (("torch", "compile"), ("keras", "xla")):
            half = getattr(task, name)
            with pytest.raises(HalfFailed, match="a dict of plain"):
                sides[name].call(
                    "evidence", half, config, train, test, mode, None
                )


def test_a_report_says_how_keras_runs(sides):
    ways = []
    for task in (BY_STEM["chapter02_from_scratch"], CONVNET):
        config = task.config("quick")
        with loaded(task, Request(), config) as (train, test, _):
            told = sides["keras"].call(
                "warm_up", task.keras, config, train, test, ("predict",)
            )
        ways.append(told["mode"].split(",")[0])
    assert ways == ["tensorflow eager", "tensorflow graph"]


@pytest.mark.parametrize("name", ("keras", "torch"))
def test_every_kind_of_work_runs(sides, convnet, name):
    kinds = ("train", "step", "predict", "predict_one", "idiom", "again")
    half = getattr(CONVNET, name)
    told = sides[name].call("warm_up", half, *convnet, kinds)
    assert told["lacks"] == {}
    batch = convnet[0].batch_size
    assert told["works"]["step"]["samples"] == batch
    assert told["works"]["predict"]["samples"] == batch
    for what in kinds:
        samples = told["works"][what]["samples"]
        spent = sides[name].call("time_block", "default", what, 2, samples)
        assert spent["wall_s"] > 0
        assert len(spent["calls_s"]) == (2 if what == "predict_one" else 0)


def test_a_model_with_a_step_of_its_own_gets_what_fit_would_give(
    sides, tmp_path
):
    task = BY_STEM["chapter12_gan"]
    config = task.config("quick")
    kinds = ("step", "idiom")
    with loaded(task, Request(), config) as (train, test, _):
        some = replace(train, samples=4 * config.batch_size)
        told = sides["keras"].call(
            "warm_up", task.keras, config, some, test, kinds
        )
        assert told["lacks"] == {}
        with repeated(some, 200, tmp_path) as many:
            one = replace(config, epochs=1)
            told = sides["keras"].call("stream", task.keras, one, many, "gan")
    assert told["seconds"] > 0


def test_a_single_prediction_takes_no_pipeline(sides, convnet):
    """`predict` itself needs tens of milliseconds for one picture."""
    kinds = ("predict_one",)
    sides["keras"].call("warm_up", CONVNET.keras, *convnet, kinds)
    told = sides["keras"].call("time_block", "default", "predict_one", 20, 1)
    assert np.median(told["calls_s"]) < 0.02


@pytest.mark.parametrize("name", ("keras", "torch"))
def test_a_half_streams_what_lies_on_disk(sides, convnet, name, tmp_path):
    config, train, _ = convnet
    half = getattr(CONVNET, name)
    peaks = []
    for samples in (1_000, 12_000):
        with repeated(train, samples, tmp_path) as many:
            told = sides[name].call(
                "stream", half, replace(config, epochs=1), many, "test"
            )
        peaks.append(told["peak_mib"])
        assert told["seconds"] > 0
    # Eleven thousand pictures more are 33 MiB.
    assert peaks[1] - peaks[0] < 20


FOLDERS = """
import json
from importlib import import_module

import numpy as np
from comparisons.sides.keras.feeding import Folders
from comparisons.sides.keras.timing import book_feeds
from comparisons.tasks import TASKS

found = []
for task in TASKS:
    module = import_module(task.keras.module)
    if book_feeds(module) != "folders":
        continue
    config = module.Config(train_samples=40, test_samples=10)
    arrays = module.load_data(config).train
    given = module.to_inputs(arrays.inputs)
    folders = Folders(arrays, given)
    read = list(folders.batches(16, len(arrays)))

    def in_order(images, labels):
        rows = np.hstack([images.reshape(len(images), -1), labels])
        return rows[np.lexsort(rows.T)]

    images, labels = (np.concatenate([b[i] for b in read]) for i in (0, 1))
    same = in_order(images, labels), in_order(given, arrays.targets)
    found.append([
        len(read),
        len(list(folders.batches(16, 17))),
        float(abs(same[0] - same[1]).max()),
        bool((images == given).all()),
        sorted(set(labels.ravel().tolist())),
    ])
print(json.dumps(found))
"""


def test_the_textbooks_folders_hold_what_the_half_is_given():
    """Each picture and its label, in another order, and never fewer."""
    found = told_by("tensorflow", FOLDERS)
    assert found == [[3, 2, 0.0, False, [0.0, 1.0]]] * len(found)
    assert len(found) == 3


EAGER = """
import json
from dataclasses import replace
from unittest import mock

import keras
import tensorflow as tf
from keras import tree
from comparisons.tasks import BY_STEM

plain, seen = keras.Layer.__call__, set()

def watching(self, *args, **kwargs):
    described = [isinstance(x, keras.KerasTensor)
                 for x in tree.flatten((args, kwargs))]
    compiled = hasattr(self.call, "get_concrete_function")
    if tf.executing_eagerly() and not any(described) and not compiled:
        seen.add(self.name)
    return plain(self, *args, **kwargs)

def layers_run_eagerly(task):
    seen.clear()
    module, config = task.keras.load(), task.config("quick")
    data = module.load_data(config)
    model = module.build_model(config)
    if hasattr(module, "train"):
        some = data.train.head(2 * config.batch_size)
        module.train(model, some, replace(config, epochs=1))
    module.predict(model, data.test.head(2).inputs)
    keras.backend.clear_session()
    return sorted(seen)

with mock.patch.object(keras.Layer, "__call__", watching):
    found = {s: layers_run_eagerly(task) for s, task in BY_STEM.items()}
    tf.config.run_functions_eagerly(True)
    control = layers_run_eagerly(BY_STEM["chapter08_digits_convnet"])
print(json.dumps([found, control]))
"""


def test_no_keras_half_trains_or_predicts_one_operation_at_a_time():
    """That takes up to eight times as long; what is timed is a graph."""
    found, control = told_by("tensorflow", EAGER)
    assert found == {stem: [] for stem in BY_STEM}
    assert "conv1" in control


SHAPES = """
import json
from comparisons.sides.keras.feeding import call_of_fit
from comparisons.sides.keras.timing import steps
from keras_impl import chapter08_digits_convnet as module

config = module.QUICK
digits = module.load_data(config).train
found = []
for rest in (0, 3):
    arrays = digits.head(4 * config.batch_size + rest)
    model = module.build_model(config)
    take = steps(module, model, arrays, config)
    sizes = []

    def record(iterator):
        images, _ = iterator.element_spec
        sizes.append(images.shape[0])
        next(iterator)
        return {"loss": 0.0}

    model.train_function = record
    take(1)
    _, args, kwargs = call_of_fit(module, model, arrays, config)
    model.train_function = record
    model.fit(*args, **{**kwargs, "epochs": 1, "verbose": 0})
    found.append([sizes[0], sizes[1]])
print(json.dumps([config.batch_size, found]))
"""


def test_steps_are_compiled_for_the_batches_that_fit_would_give():
    """Of one size, or of any if an epoch ends with a short one."""
    batch, found = told_by("tensorflow", SHAPES)
    assert found == [[batch, batch], [None, None]]
