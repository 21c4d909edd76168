"""Proofs that are kept, so that what has not changed is not proven again.

A proof is kept under a SHA-256 of all that it depends on: the pair, its data
module and whatever these may import, the harness, the task's row, what is
asked, every version that either interpreter has installed, the processor, the
graphics cards, and the variables that frameworks listen to. Whoever alters
installed code by hand asks for `--fresh`.

A kept proof loads no data, so their identity is part of the key: the content
of each package that carries data, byte by byte, and of the textbook's own
files the locks beside them, with the files' sizes and times. Where one is
altered or missing, the key is another, and the loader has its say. All
downloads count for every task: one more, and each is proven again once.

Only a proof that passed is kept. A file that cannot be read, or that is not
as it was written, is none.
"""

import hashlib
import importlib
import importlib.metadata
import inspect
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from comparisons import checkout
from comparisons.common import SIDES, interpreter_of, write_whole
from comparisons.records import Record
from comparisons.results import ProofSection
from comparisons.sides.process import Settings
from comparisons.task import Task
from shared_data.files import DataError, cache_folder

# Where a rung may depend on the harness: these folders and all modules beside
# them but `APART`. Of the table of tasks the task's own row counts.
FOLDERS = "proof", "sides"
APART = {"__main__", "console", "options", "tasks"}
# What the variables begin with that change how a framework computes.
HEARD = (
    *("ATEN_", "CUDA_", "DNNL_", "GOMP_", "JAX_", "KERAS_", "KMP_", "LD_"),
    *("MKL_", "NVIDIA_", "OMP_", "ONEDNN_", "OPENBLAS_", "PYTHONHASHSEED"),
    *("PYTHONPATH", "PYTORCH_", "TF_", "TORCH", "XLA_"),
)
# Where they are, and not what they compute.
UNHEARD = {"KERAS_HOME", "KERAS_PYTHON", "TORCH_PYTHON"}


class KeptProof(Record):
    """A proof that passed, and the question that it answers."""

    key: str
    asked: dict[str, str]
    proof: ProofSection
    digest: str = ""  # of all the rest, as it was written

    def content(self) -> str:
        text = self.model_dump_json(exclude={"digest"})
        return hashlib.sha256(text.encode()).hexdigest()

    def told(self) -> ProofSection:
        """Return what was proven, and when."""
        date = self.proof.made_with.date
        return self.proof.model_copy(update={"proven": date})


class Entry:
    """The place of one proof: a pair as it is now, and what is asked of it."""

    def __init__(
        self, task: Task, asked: dict[str, str], settings: Settings
    ) -> None:
        self.task, self.asked, self.settings = task, asked, settings
        self.key = key(task, asked, settings)
        home = os.environ.get("COMPARISONS_CACHE")
        folder = Path(home) if home else checkout.ROOT / ".cache"
        self.path = folder / "proofs" / f"{task.stem}-{self.key[:16]}.json"

    def read(self) -> KeptProof | None:
        """Return the proof that is kept here, if there is one."""
        proof = read(self.path)
        return proof if proof and proof.key == self.key else None

    def write(self, proof: ProofSection) -> None:
        """Keep a proof that passed, in place of what was asked alike before.

        One that failed ends what an earlier one said. A folder that takes no
        file costs the next proof, and not this one.
        """
        if proof.proven:
            return
        if not proof.passed:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)
            return
        found = KeptProof(key=self.key, asked=self.asked, proof=proof)
        found.digest = found.content()
        with suppress(OSError):
            if self.key != key(self.task, self.asked, self.settings):
                return  # somebody has changed it in the meantime
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, found.model_dump_json(indent=1))
            self.tidy()

    def tidy(self) -> None:
        """Remove earlier answers to the same question, and what is broken."""
        for path in self.path.parent.glob(f"{self.task.stem}-*.json"):
            if path == self.path:
                continue
            other = read(path)
            if other is None or other.asked == self.asked:
                path.unlink(missing_ok=True)


def read(path: Path) -> KeptProof | None:
    """Return a kept proof, if the file is whole and as it was written."""
    try:
        found = KeptProof.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    whole = found.digest == found.content() and found.proof.passed
    return found if whole else None


# === What a proof depends on ================================================


def key(task: Task, asked: dict[str, str], settings: Settings) -> str:
    """Return the digest of all that may change what a proof finds."""
    text = json.dumps(ingredients(task, asked, settings), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def ingredients(
    task: Task, asked: dict[str, str], settings: Settings
) -> dict[str, Any]:
    return {
        "asked": asked,
        "row": repr(task),
        "sources": checkout.hash_files(checkout.sources(task)),
        "harness": checkout.hash_files(harness()),
        "data": carried_data(),
        "downloads": downloads() if asked["data"] == "book" else [],
        "installed": [
            installed_in(path)
            for path in (sys.executable, *map(interpreter_of, SIDES))
        ],
        "processor": [checkout.cpu_model(), *checkout.cpu_flags()],
        "cards": [] if settings.device == "cpu" else cards(),
        "variables": {
            name: value
            for name, value in (os.environ | settings.environment()).items()
            if name.startswith(HEARD) and name not in UNHEARD
        },
    }


def harness() -> list[Path]:
    """Return the modules of the harness that a proof may depend on."""
    folder = checkout.ROOT / "comparisons"
    found = [p for p in folder.glob("*.py") if p.stem not in APART]
    for name in FOLDERS:
        found += folder.glob(f"{name}/**/*.py")
    return found


def carried_data() -> dict[str, str]:
    """Return the digest of each package that carries data.

    Only these are pinned in pyproject.toml.
    """
    text = (checkout.ROOT / "pyproject.toml").read_text()
    wanted = tomllib.loads(text)["project"]["dependencies"]
    names = [line.split("==")[0] for line in wanted if "==" in line]
    return {name: package_digest(name) for name in names}


@lru_cache
def package_digest(name: str) -> str:
    """Return the SHA-256 of a package's files, wherever it is installed."""
    total = hashlib.sha256()
    try:
        package = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"
    for file in sorted(package.files or []):
        # What the installer writes differs from machine to machine.
        own = file.parts[0] != ".." and not file.parts[0].endswith(".dist-info")
        if not own or file.suffix == ".pyc":
            continue
        path = Path(str(package.locate_file(file)))
        total.update(file.as_posix().encode())
        total.update(path.read_bytes() if path.is_file() else b"missing")
    return total.hexdigest()


def downloads() -> list[str]:
    """Return locks, names, sizes and times of the textbook's own files."""
    try:
        folder = cache_folder()
    except DataError:
        return []  # as whoever needs a file is told
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".sha256":
            found.append(f"{path.name} {path.read_text(errors='replace')}")
        elif path.is_file():
            state = path.stat()
            found.append(f"{path.name} {state.st_size} {state.st_mtime_ns}")
    return found


def installed() -> list[str]:
    """Return this interpreter's version and every package's."""
    import importlib.metadata
    import platform

    found: dict[str, str] = {}
    for package in importlib.metadata.distributions():
        # The first on the path is the one that is imported.
        found.setdefault(str(package.name).lower(), package.version)
    packages = sorted(f"{name} {found[name]}" for name in found)
    return [platform.python_version(), *packages]


@lru_cache
def installed_in(interpreter: str) -> Sequence[str]:
    """Return what `installed` says in another interpreter, or in this."""
    if interpreter == sys.executable:
        return installed()
    source = f"{inspect.getsource(installed)}\nprint('\\n'.join(installed()))"
    done = subprocess.run(
        [interpreter, "-c", source], capture_output=True, text=True
    )
    # One that fails has nothing proven; the side will say why.
    return [str(done.returncode), *done.stdout.splitlines()]


def cards() -> list[str]:
    """Return the driver and the graphics cards, if there are any."""
    nvml = importlib.import_module("pynvml")
    try:
        nvml.nvmlInit()
        handles = map(
            nvml.nvmlDeviceGetHandleByIndex, range(nvml.nvmlDeviceGetCount())
        )
        names = [str(nvml.nvmlDeviceGetName(handle)) for handle in handles]
        return [str(nvml.nvmlSystemGetDriverVersion()), *names]
    except nvml.NVMLError:
        return []
