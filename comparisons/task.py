"""What a row of the table of tasks holds."""

import importlib
from dataclasses import dataclass, field
from typing import Any, Literal

from comparisons.sides.wire import Half


@dataclass(frozen=True)
class Task:
    """A pair and how it is judged.

    `margin` is the largest gap in the metric that a reader would call none.
    `differences` are the atlas entries that the halves meet; only these may
    be closed by the aligned lane. `native_bounds` bound the native lane of a
    rung, which they make unequal: two to five times what was measured.
    `zero_gradient` names weights whose true gradient is zero: checked to be
    so, then left out of weight comparisons. `tolerances` replace those of a
    rung ("step", "gradients float32") where they cannot be met, for the
    reason given beside. `pretrained` layers, by the beginning of their names,
    keep their initial weights on the ladder. A task that does not train has
    no rungs of training; an exhibit that trains is shown and not compared.
    `seeds` is how many runs a verdict needs: one where neither training nor
    rounding moves the score, else three, or the odd number above that by
    which `chance_of_equivalence` reaches nine in ten at the spread measured
    on two machines. `few` is how many samples of either part the ladder takes
    where a network takes long over each: where a half goes batch by batch,
    more than one, and no whole number of them.
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
