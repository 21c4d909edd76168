"""Names of the two halves, errors, and files that are written whole."""

import os
import shutil
import sys
from pathlib import Path
from typing import Literal

Name = Literal["keras", "torch"]


SIDES: tuple[Name, Name] = ("keras", "torch")


TITLES = {"keras": "Keras", "torch": "PyTorch"}


class RequestError(Exception):
    """The request cannot be met; the message is one clear line."""


class SideDied(RequestError):
    """A side process ended before its work was done."""


class HalfFailed(Exception):
    """A half raised an error; the message is one line."""


def interpreter_of(name: Name) -> str:
    """Return the path of a side's interpreter, the running one by default.

    Raises:
        RequestError: there is none where the environment says so.
    """
    variable = f"{name.upper()}_PYTHON"
    wanted = os.environ.get(variable, sys.executable)
    interpreter = shutil.which(wanted)
    if interpreter is None:
        raise RequestError(
            f"received {variable}={wanted}; expected an interpreter "
            f"for the {TITLES[name]} half; set it to one, or unset it"
        )
    return interpreter


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    if isinstance(content, str):
        content = content.encode()
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
