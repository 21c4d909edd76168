"""What both halves are asked for when their scores are compared."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from comparisons.measure.accuracy import compare_accuracy
from comparisons.sides.wire import Description, Split
from comparisons.tasks import BY_STEM
from comparisons.weights import Layer

TASK = replace(BY_STEM["chapter12_deep_dream"], margin=0.5)
SPLIT = Split(Path("/nowhere"), "test")


class Half:
    """In place of a side process: one Dense layer, scores as its weights."""

    doing = ""

    def __init__(self):
        self.learnt = []

    def call(self, name, *arguments):
        return self.result(self.submit(name, *arguments))

    def submit(self, name, *arguments):
        if name == "describe":
            return Description(
                trainable=6,
                trained=["dense.weight"],
                layers=[Layer("dense", "Dense", {"kernel": (3, 2)})],
                shapes={"dense.weight": (2, 3)},
            )
        if name == "initial":
            return {"dense/kernel": np.ones((3, 2), np.float32)}
        assert name == "learn"
        _, _, weights, *_, seed, show = arguments
        (kernel,) = weights.values()
        self.learnt.append(kernel)
        return {
            "scores": {TASK.metric: 3.0 + 0.01 * seed},
            "predictions": np.zeros(4),
            "losses": [],
            "seconds": 0.0,
            "exhibit": {"shown": np.ones(1)} if show else {},
        }

    def result(self, asked):
        return asked


def compared(task):
    keras, torch = Half(), Half()
    accuracy, shown = compare_accuracy(
        task, 3, keras, torch, None, SPLIT, SPLIT, 1.0, lambda line: None
    )
    assert accuracy.seeds == [0, 1, 2]
    assert shown["keras"] == shown["torch"] == {"shown": 1}
    for ours, theirs in zip(keras.learnt, torch.learnt, strict=True):
        assert np.array_equal(ours, theirs.T)
    return keras.learnt


def test_what_is_not_trained_begins_one_unit_away_behind_the_first():
    first, *others = compared(TASK)
    assert (first == 1).all()
    near = np.nextafter(np.float32(1), np.float32([0, 2]))
    assert all(np.isin(kernel, near).all() for kernel in others)
    assert not np.array_equal(*others)


def test_what_is_trained_begins_where_it_was_drawn():
    assert all(
        (kernel == 1).all() for kernel in compared(replace(TASK, trains=True))
    )
