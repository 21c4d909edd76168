"""The type of a row in the table of tasks."""

import importlib
from dataclasses import dataclass, field
from typing import Any, Literal

from comparisons.sides.wire import Half


@dataclass(frozen=True)
class Task:
    """A pair and how it is judged.

    Attributes:
        stem: the name of the task's three files.
        section: of the book.
        title: what the task does, in a few words.
        metric: the name of its score.
        margin: the largest gap in the metric that does not matter to a reader.
        margin_why: the reason for the margin.
        answer: how two predictions are compared: "class" by the largest
            logit, "sign" by the sign of the logit, a number by distance.
        baseline_name: the trivial method that both halves must beat.
        unit: of the metric; empty if it has none.
        higher_is_better: the direction of the metric.
        differences: the atlas entries that apply to the halves; the aligned
            lane may close only these.
        native_bounds: by rung, the bound of the native lane, which these
            entries make unequal: two to five times what was measured.
        zero_gradient: weights whose true gradient is zero. This is checked,
            then comparisons of weights leave them out.
        tolerances: by rung ("step", "gradients float32"), tolerances that
            replace the usual ones where these cannot be met.
        tolerances_why: the reason for these tolerances.
        pretrained: the beginnings of names of layers that keep their initial
            weights on the ladder.
        trains: whether training rungs exist.
        exhibit_trains: whether the exhibit trains; then it is shown but not
            compared.
        seeds: how many runs a verdict needs. One if neither training nor
            rounding moves the score; else three, or the first larger odd
            number whose `chance_of_equivalence` is 0.9 at the spread that was
            measured on two machines.
        few: how many samples of either part the ladder takes, for networks
            that need long for each sample. It is over one batch and not a
            whole number of batches if a half predicts in batches.
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
    pretrained: tuple[str, ...] = ()
    trains: bool = True
    exhibit_trains: bool = False
    seeds: int = 3
    few: int | None = None

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

    def half(self, name: Literal["keras", "torch"]) -> Half:
        return self.keras if name == "keras" else self.torch

    @property
    def data_module(self) -> Any:
        return importlib.import_module(f"shared_data.{self.stem}")

    def variants(self) -> dict[str, Any]:
        """Return further configurations that are proven too, by name."""
        return getattr(self.data_module, "VARIANTS", {})

    def config(self, preset: Literal["quick", "book"]) -> Any:
        return getattr(self.data_module, preset.upper())
