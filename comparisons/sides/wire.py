"""What both side processes need and neither framework has a say in."""

import hashlib
import importlib.util
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from comparisons.common import Name
from comparisons.weights import Layer
from shared_data import Arrays, Tensors

State = dict[str, np.ndarray]

WAY = 20  # samples whose way through the layers the forward rung follows


@dataclass(frozen=True)
class Half:
    """One half of a pair: `module` by name, or the `source` file in its place.

    A source file lets the harness prove code that is not in the house: the
    planted faults of the tests are such files.
    """

    module: str
    source: Path | None = None

    def load(self) -> ModuleType:
        """Import the half; a source file is imported anew when it changes."""
        if self.source is None:
            return importlib.import_module(self.module)
        text = self.source.read_bytes()
        name = f"half_{hashlib.sha256(text).hexdigest()[:16]}"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, self.source)
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            sys.modules[name] = module
        return sys.modules[name]


@dataclass(frozen=True)
class Split:
    """Part of a data split that the parent wrote: its first `samples`."""

    folder: Path
    name: str  # "train" or "test"
    samples: int | None = None

    def read(self, dtype: str = "float32") -> Arrays:
        """Return the arrays, floating-point ones as `dtype`."""
        parts: dict[str, Tensors] = {}
        for path in sorted(self.folder.glob(f"{self.name}_*.npy")):
            array = np.load(path, mmap_mode="r", allow_pickle=False)
            array = np.array(array[: self.samples])
            if np.issubdtype(array.dtype, np.floating):
                array = array.astype(dtype)
            part, _, name = path.stem.removeprefix(f"{self.name}_").partition(
                "."
            )
            if name:
                several = parts.setdefault(part, {})
                assert isinstance(several, dict)
                several[name] = array
            else:
                parts[part] = array
        for part in ("inputs", "targets"):
            if part not in parts:
                path = self.folder / f"{self.name}_{part}.npy"
                raise FileNotFoundError(f"there is no {path}")
        return Arrays(parts["inputs"], parts["targets"])


@dataclass(frozen=True)
class Training:
    """A training that the ladder records.

    At its end the half predicts `test`, if that is given. With `aligned`,
    Keras' formulas take the place of PyTorch's.
    """

    config: Any
    dtype: str
    weights: State
    split: Split
    test: Split | None
    steps: int
    aligned: bool
    shuffle: bool = False


@dataclass(frozen=True)
class Description:
    """A half's model and settings, in words that both sides share.

    trainable: how many numbers are trained; trained: the weights' names.
    layers: the layers with weights, of a Keras model.
    shapes, classes: of a PyTorch model, weights' shapes and modules' classes
        by name.
    optimizer, decay, loss: settings; empty for a half that does not train.
    """

    trainable: int
    trained: list[str]
    layers: list[Layer] = field(default_factory=list)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    decay: dict[str, float] = field(default_factory=dict)
    loss: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outputs:
    """What a half gives for some samples, without training.

    layers: the outputs of the layers with weights, for the first `WAY`.
    dropouts: the rates that dropout was asked for.
    aligned: the atlas entries whose formulas were Keras'.
    """

    predictions: np.ndarray
    scores: dict[str, float]
    layers: State
    dropouts: list[str]
    aligned: list[str]


@dataclass(frozen=True)
class Recording:
    """What a half's own `train` did.

    epoch_losses: what `train` returned. losses: of each step; None where
    steps cannot be seen. gradients: of the first step, as the update rule
    receives them. after_one, final: weights after one step and at the end.
    predictions: of held-out samples at the end, if these were asked for.
    """

    side: str
    epoch_losses: np.ndarray
    losses: np.ndarray | None
    gradients: State
    after_one: State
    final: State
    predictions: np.ndarray | None
    dropouts: list[str]
    aligned: list[str]


# Of an optimizer, by the names that Keras has for them; each has some.
OPTIMIZER_SETTINGS = (
    *("rho", "momentum", "epsilon", "centered", "nesterov"),
    *("beta_1", "beta_2", "amsgrad"),
)


def read_more(folder: Path, dtype: str = "float32") -> dict[str, np.ndarray]:
    """Return what the data hold beside the samples, by name."""
    more = {}
    for path in sorted(folder.glob("more_*.npy")):
        array = np.load(path, allow_pickle=False)
        if np.issubdtype(array.dtype, np.floating):
            array = array.astype(dtype)
        more[path.stem.removeprefix("more_")] = array
    return more


def write_more(more: Mapping[str, np.ndarray], folder: Path) -> None:
    for name, array in more.items():
        np.save(folder / f"more_{name}.npy", array)


def write_split(arrays: Arrays, folder: Path, name: str) -> Split:
    """Store arrays for the sides. OSError when the disk is full."""
    for part, array in arrays.named():
        np.save(folder / f"{name}_{part}.npy", array)
    return Split(folder, name)


def by_name(describe: Any, several: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `describe` says of each of several, under its name."""
    return {
        f"{name} {key}": value
        for name, one in several.items()
        for key, value in describe(one).items()
    }


@contextmanager
def stopwatch() -> Iterator[dict[str, float]]:
    """Yield a dict that holds wall and CPU seconds once the block ends."""
    spent: dict[str, float] = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield spent
    spent["wall_s"] = time.perf_counter() - wall
    spent["cpu_s"] = time.process_time() - cpu


@dataclass(frozen=True)
class Answer:
    """What a function returned, or why it returned nothing."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    error: str = ""


def answer_of(value: Any) -> Answer:
    """Return arrays of whatever an entry's function returned."""
    named = value if isinstance(value, dict) else {"": value}
    return Answer({name: to_numpy(one) for name, one in named.items()})


def to_numpy(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):  # PyTorch's, which may need a gradient
        value = value.detach().cpu()
    return np.asarray(value)


Exhibits = Mapping[Name, State]
