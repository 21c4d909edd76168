"""Reads what a user gives to `prove`: files, arrays, names of layers."""

import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from comparisons.common import RequestError
from comparisons.prove.pairing import LayerPair
from shared_data import Arrays, Tensors


def read_arrays(inputs: Path, targets: Path | None) -> Arrays:
    """Read a batch: one array, or several by the names of the inputs.

    Without a file of targets they are zeros, shape (samples,), and unused.

    Raises:
        RequestError: a file is missing, is not an .npz file, or holds Python
            objects; or there are fewer than two samples, or not as many
            targets as inputs.
    """
    given = read_npz(inputs)
    count = len(next(iter(given.values()))) if isinstance(given, dict) else (
        len(given)
    )  # fmt: skip
    wanted = read_npz(targets) if targets else np.zeros(count, "int64")
    try:
        arrays = Arrays(given, wanted)
    except ValueError as error:
        raise RequestError(f"{error} (in {inputs} and {targets})") from None
    if len(arrays) < 2:
        raise RequestError(
            f"received {len(arrays)} samples in {inputs}; expected two or more"
        )
    return arrays


def read_npz(path: Path) -> Tensors:
    try:
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
    except (OSError, ValueError, zipfile.BadZipFile, TypeError) as error:
        said = " ".join(str(error).split())[:120]
        raise RequestError(
            f"received {path} ({said}); expected numbers in an .npz file; "
            "write it with numpy.savez"
        ) from None
    if not arrays or any(array.ndim == 0 for array in arrays.values()):
        raise RequestError(
            f"received {path}, which holds {sorted(arrays) or 'nothing'}; "
            "expected arrays whose first axis counts samples"
        )
    return arrays if len(arrays) > 1 else next(iter(arrays.values()))


def read_map(path: Path | None) -> dict[str, str]:
    """Read `[names]` of a TOML file: PyTorch modules by Keras layer.

    Raises:
        RequestError: the file cannot be read, or has no such table of texts.
    """
    if path is None:
        return {}
    try:
        names = tomllib.loads(path.read_text())["names"]
        if not all(isinstance(name, str) for name in names.values()):
            raise ValueError("names are texts")
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise RequestError(
            f"received {path} ({error}); expected TOML with [names] and "
            'lines such as "conv2d" = "stem.conv"'
        ) from None
    return dict(names)


def as_map(pairs: Sequence[LayerPair]) -> str:
    """Return the pairs as TOML that `--map` reads."""
    lines = [f'"{p.layer.name}" = "{p.torch}"' for p in pairs]
    return "\n".join(["[names]", *lines, ""])


def checked_file(path: Path) -> Path:
    if path.suffix != ".py" or not path.is_file():
        raise RequestError(
            f"received {path}; expected a Python file that defines "
            "build_model()"
        )
    return path
