"""The data that parent and sides exchange; independent of the framework."""

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

WAY = 20  # samples for which the forward rung records every layer's output


@dataclass(frozen=True)
class Half:
    """One half of a pair: a `module` by name, or a `source` file instead.

    A source file lets the harness prove code from outside this repository's
    halves. The planted faults of the tests are such files.
    """

    module: str
    source: Path | None = None

    def load(self) -> ModuleType:
        """Import the half; import a source file again when it has changed."""
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
    """The first `samples` of a data split that the parent wrote, or all."""

    folder: Path
    name: str  # "train" or "test"
    samples: int | None = None

    def read(self, dtype: str = "float32") -> Arrays:
        """Return the arrays, floating-point ones as `dtype`.

        Raises:
            FileNotFoundError: inputs or targets have no file.
        """
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

    If `test` is given, the half predicts it at the end. With `aligned`,
    Keras' formulas replace PyTorch's.
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
    """A half's model and settings, in terms that both sides share.

    trainable: the number of trained parameters.
    trained: the names of the trained weights.
    layers: the layers with weights; Keras only.
    shapes: the weights' shapes by name; PyTorch only.
    classes: the modules' classes by name; PyTorch only.
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
    """What a half returns for some samples, without training.

    layers: the outputs of the layers with weights, for the first `WAY`
        samples.
    dropouts: the rates with which dropout was called.
    aligned: the atlas entries for which Keras' formulas were used.
    """

    predictions: np.ndarray
    scores: dict[str, float]
    layers: State
    dropouts: list[str]
    aligned: list[str]


@dataclass(frozen=True)
class Recording:
    """What a half's own `train` did.

    epoch_losses: what `train` returned.
    losses: the loss of each step; None if steps cannot be observed.
    gradients: of the first step, as the update rule receives them.
    after_one, final: the weights after one step and at the end.
    predictions: of held-out samples at the end, if they were requested.
    dropouts, aligned: as in `Outputs`; dropouts of the first step.
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


# Settings of optimizers by their Keras names; each optimizer has some of them.
OPTIMIZER_SETTINGS = (
    *("rho", "momentum", "epsilon", "centered", "nesterov"),
    *("beta_1", "beta_2", "amsgrad"),
)


def read_more(folder: Path, dtype: str = "float32") -> dict[str, np.ndarray]:
    """Return the data's arrays that are not samples, by name."""
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
    """Store arrays for the sides.

    Raises:
        OSError: the disk is full.
    """
    for part, array in arrays.named():
        np.save(folder / f"{name}_{part}.npy", array)
    return Split(folder, name)


def by_name(describe: Any, several: Mapping[str, Any]) -> dict[str, Any]:
    """Return the descriptions of several objects in one dict.

    Each key starts with the object's name.
    """
    return {
        f"{name} {key}": value
        for name, one in several.items()
        for key, value in describe(one).items()
    }


@contextmanager
def stopwatch() -> Iterator[dict[str, float]]:
    """Yield a dict; after the block it holds `wall_s` and `cpu_s`, seconds."""
    spent: dict[str, float] = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield spent
    spent["wall_s"] = time.perf_counter() - wall
    spent["cpu_s"] = time.process_time() - cpu


@dataclass(frozen=True)
class Answer:
    """What a function returned, or the error that it raised."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    error: str = ""


def answer_of(value: Any) -> Answer:
    """Return what an atlas entry's function returned, as arrays by name."""
    named = value if isinstance(value, dict) else {"": value}
    return Answer({name: to_numpy(one) for name, one in named.items()})


def to_numpy(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):  # a PyTorch tensor
        value = value.detach().cpu()
    return np.asarray(value)


Exhibits = Mapping[Name, State]
