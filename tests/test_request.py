"""Which tasks a backend can run."""

import re

import pytest

from comparisons.common import RequestError
from comparisons.request import ROOT, sections, suited, tie_to_tensorflow
from comparisons.tasks import TASKS


@pytest.mark.parametrize(
    ("source", "tie"),
    [
        ("import keras\n# tf.GradientTape\n", ""),
        ('"""Without import tensorflow as tf."""\nimport keras', ""),
        ("import tensorflow_datasets", ""),
        ("import jax\njax.GradientTape()", ""),
        ("import tensorflow as tf", "imports tensorflow"),
        ("from tensorflow import function", "imports tensorflow"),
        ("def f():\n    import tensorflow.math", "imports tensorflow"),
        (
            "import tensorflow as tf\nwith tf.GradientTape() as t:\n  pass",
            "is written with tf.GradientTape",
        ),
        (
            "from tensorflow import GradientTape",
            "is written with tf.GradientTape",
        ),
    ],
)
def test_code_is_tied_to_tensorflow_by_what_it_imports(source: str, tie: str):
    assert tie_to_tensorflow(source) == tie


@pytest.mark.parametrize("backend", ("torch", "jax"))
def test_each_task_is_either_run_or_refused(backend: str):
    able, refused = suited(TASKS, backend)
    tied = {
        task.stem
        for task in TASKS
        if re.search(
            "^import tensorflow",
            (ROOT / "keras_impl" / f"{task.stem}.py").read_text(),
            re.M,
        )
    }
    assert tied
    assert {task.stem for task in TASKS} - {t.stem for t in able} == tied
    assert len(refused) == len(tied)
    for stem, line in zip(sorted(tied), sorted(refused), strict=True):
        assert line.startswith(f"received --backend {backend} for {stem};")
        assert "\n" not in line


def test_tensorflow_runs_them_all():
    assert suited(TASKS, "tensorflow") == (list(TASKS), [])


def test_sections_are_in_the_order_in_which_they_are_made():
    assert sections(None) == ("proof", "accuracy", "memory", "speed")
    assert sections("speed, proof") == ("proof", "speed")
    with pytest.raises(RequestError, match="received --only a,b; expected"):
        sections("a,proof,b")
