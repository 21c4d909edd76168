"""One row per task: what is measured, how close is close enough, and why."""

import difflib
import importlib
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from comparisons.side import Half
from comparisons.worker import RequestError


@dataclass(frozen=True)
class Task:
    """A pair and how it is judged.

    `margin` is the largest gap in the metric that a reader would call none.
    `differences` are the atlas entries that the halves meet; only these may
    be closed by the aligned lane. `native_bounds` bound the native lane of a
    rung, which they make unequal: two to five times what was measured.
    `zero_gradient` names weights whose true gradient is zero: checked to be
    so, then left out of weight comparisons. `tolerances` replace those of the
    aligned lane where they cannot be met, for the reason given beside.
    """

    stem: str
    section: str
    title: str
    metric: str
    margin: float
    margin_why: str
    answer: str
    baseline_name: str
    unit: str = ""
    higher_is_better: bool = True
    differences: tuple[str, ...] = ()
    native_bounds: dict[str, float] = field(default_factory=dict)
    zero_gradient: tuple[str, ...] = ()
    tolerances: dict[str, float] = field(default_factory=dict)
    tolerances_why: str = ""

    @property
    def chapter(self) -> int:
        return int(self.stem[len("chapter") :].split("_")[0])

    @property
    def name(self) -> str:
        return self.stem.split("_", 1)[1]

    @property
    def keras(self) -> Half:
        return Half(f"keras_impl.{self.stem}")

    @property
    def torch(self) -> Half:
        return Half(f"torch_impl.{self.stem}")

    @property
    def data_module(self) -> Any:
        return importlib.import_module(f"shared_data.{self.stem}")

    def config(self, preset: Literal["quick", "book"]) -> Any:
        return getattr(self.data_module, preset.upper())


TASKS = (
    Task(
        stem="chapter04_reviews",
        section="4.1",
        title="film reviews, bags of words",
        metric="accuracy",
        margin=0.01,
        margin_why="three standard errors of 0.88 on 9,900 reviews",
        answer="sign",
        baseline_name="majority class",
        differences=("fit_shuffle", "initial_weights", "rmsprop_epsilon"),
        native_bounds={"step": 0.1, "trajectory": 0.5, "whole run": 1.0},
    ),
    Task(
        stem="chapter08_digits_convnet",
        section="8.1",
        title="handwritten digits, convnet",
        metric="accuracy",
        margin=0.02,
        margin_why="three standard errors of 0.96 on 1,000 digits",
        answer="class",
        baseline_name="majority class",
        differences=(
            "fit_shuffle",
            "flatten_order",
            "initial_weights",
            "rmsprop_epsilon",
        ),
        native_bounds={"step": 0.1, "trajectory": 0.5, "whole run": 1.0},
    ),
    Task(
        stem="chapter10_weather_lstm",
        section="10.2",
        title="temperature tomorrow, LSTM",
        metric="mae",
        unit="°C",
        higher_is_better=False,
        margin=0.15,
        margin_why="three standard errors of the MAE on 3,000 windows",
        answer="0.5",
        baseline_name="same as now",
        differences=(
            "fit_shuffle",
            "initial_weights",
            "lstm_two_biases",
            "rmsprop_epsilon",
        ),
        native_bounds={"step": 0.1, "trajectory": 0.5, "whole run": 1.0},
    ),
)
BY_STEM = {task.stem: task for task in TASKS}


def select(names: list[str]) -> list[Task]:
    """Return the tasks that `all`, `chapterN` and stems ask for, in order.

    Raises:
        RequestError: a name fits nothing; says which names come near.
    """
    chosen: set[str] = set()
    for name in names:
        chapter = re.fullmatch(r"chapter0*(\d+)", name)
        found = [
            task.stem
            for task in TASKS
            if name in ("all", task.stem)
            or (chapter and int(chapter[1]) == task.chapter)
        ]
        if not found:
            chapters = sorted({f"chapter{task.chapter}" for task in TASKS})
            known = [*BY_STEM, *chapters, "all"]
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            raise RequestError(
                f"received {name!r}, which is no task; "
                + (f"did you mean {' or '.join(near)}? " if near else "")
                + "`python -m comparisons list` shows them all"
            )
        chosen.update(found)
    return [task for task in TASKS if task.stem in chosen]
