"""What both side processes need and neither framework has a say in."""

import hashlib
import importlib.util
import os
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


def silence(log: Path) -> None:
    """Send this process' own chatter to a file: the parent does the talking.

    On the level of file descriptors, since TensorFlow's C++ code writes there.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


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
