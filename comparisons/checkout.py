"""This checkout: its commit and its sources; the processor."""

import hashlib
import platform
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from comparisons.task import Task

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "comparisons" / "results"


def cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [li.split(":")[1].strip() for li in lines if "model name" in li]
    return names[0] if names else platform.processor()


def cpu_flags() -> list[str]:
    """Return what the processor can do; [] where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []
    flags = (li for li in lines if li.startswith(("flags", "Features")))
    return next(flags, ":").split(":", 1)[1].split()


def commit() -> str:
    """Return the commit of the working tree, marked when it has changes.

    Committed results do not count: a run that makes them anew would mark
    its second task for what its first has written.
    """
    name = git("describe", "--always", "--abbrev=12")
    changed = git(
        "status", "--porcelain", "--untracked-files=no", "--",
        ".", ":!comparisons/results",
    )  # fmt: skip
    if not name:
        return "unknown"
    return name if changed == "" else f"{name}-dirty"  # or nobody can tell


def git(*arguments: str) -> str | None:
    """Return what git says of this checkout; None where it cannot."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def chapter_file(path: Path) -> bool:
    return path.stem.startswith("chapter")


def modules(package: str, stem: str) -> set[Path]:
    """Return a task's module, and those of other tasks that it imports."""
    found: set[Path] = set()
    stems = [stem]
    while stems:
        path = ROOT / package / f"{stems.pop()}.py"
        if path not in found and path.exists():
            found.add(path)
            stems += re.findall(rf"{package}\.(chapter\w+)", path.read_text())
    return found


def sources(task: Task) -> list[Path]:
    """Return the pair and its data module, with all that they may import."""
    packages = ("keras_impl", "torch_impl", "shared_data")
    return [
        *(path for package in packages for path in modules(package, task.stem)),
        *(
            path
            for package in packages
            for path in ROOT.glob(f"{package}/*.py")
            if not chapter_file(path)
        ),
        *ROOT.glob("shared_data/sources/*.py"),
    ]


def hash_files(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of files of this checkout, by name and content."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(ROOT).as_posix().encode())
        total.update(path.read_bytes())
    return total.hexdigest()
