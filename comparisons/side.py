"""What both side processes need and neither framework has a say in."""

import hashlib
import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from shared_data import Arrays

State = dict[str, np.ndarray]

WAY = 64  # samples whose way through the layers the forward rung follows


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
        arrays = []
        for part in ("inputs", "targets"):
            path = self.folder / f"{self.name}_{part}.npy"
            array = np.load(path, mmap_mode="r", allow_pickle=False)
            array = np.array(array[: self.samples])
            floating = np.issubdtype(array.dtype, np.floating)
            arrays.append(array.astype(dtype) if floating else array)
        return Arrays(*arrays)


def write_split(arrays: Arrays, folder: Path, name: str) -> Split:
    """Store arrays for the sides. OSError when the disk is full."""
    np.save(folder / f"{name}_inputs.npy", arrays.inputs)
    np.save(folder / f"{name}_targets.npy", arrays.targets)
    return Split(folder, name)


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
