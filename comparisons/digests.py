"""What a section of a result depends on, as a digest: is it out of date?

A digest covers syntax trees without docstrings and comments: both halves, the
data module, and the modules of the three packages that these import. It also
covers the configuration and the versions of the packages that carry the data;
loaders check each data file against a SHA-256 in their source. The digest of
a proof covers the harness that proves as well, and the task's row.

The same sources have the same digest with every version of Python.
"""

import ast
import hashlib
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from comparisons import checkout
from comparisons.results import Preset, ProofSection, Result, Section
from comparisons.task import Task
from comparisons.tasks import BY_STEM

PACKAGES = ("keras_impl", "torch_impl", "shared_data")
# Modules of comparisons/sides that only measure speed and memory.
MEASURING = {
    *("ceilings", "feeding", "flops", "glibc", "memory", "memory_work"),
    *("overhead", "quiet", "streaming", "timing", "traffic"),
}
# Fields of a syntax tree that say nothing of what the code does, or that not
# every version of Python has.
UNTOLD = {"ctx", "kind", "type_comment", "type_params"}


# === Syntax trees ===========================================================


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    plain = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return body[1:] if plain else body


def told(node: Any) -> str:
    """Return a syntax tree as text, without docstrings and positions.

    `ast.dump` and `ast.unparse` differ between versions of Python.
    """
    if isinstance(node, list):
        return f"[{','.join(map(told, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if isinstance(
        node,
        ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
    ):
        fields["body"] = without_docstring(node.body)
    parts = [
        f"{name}={told(value)}"
        for name, value in fields.items()
        if name not in UNTOLD and value not in (None, [])
    ]
    return f"{type(node).__name__}({','.join(parts)})"


# Many tasks share modules; a file that changes has another text.
@cache
def parsed_text(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def tree_of_text(text: str) -> str:
    return hashlib.sha256(told(parsed_text(text)).encode()).hexdigest()


def parsed(path: Path) -> ast.Module:
    return parsed_text(path.read_text("utf-8"))


def tree(path: Path) -> str:
    """Return the SHA-256 of a module's syntax tree."""
    return tree_of_text(path.read_text("utf-8"))


# === What is covered ========================================================


def imported(path: Path) -> Iterable[str]:
    """Yield the dotted names that a module imports."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_of(task: Task) -> list[Path]:
    """Return both halves, the data module and all that these import here."""
    found: set[Path] = set()
    names = [f"{package}.{task.stem}" for package in PACKAGES]
    while names:
        name = names.pop()
        if name.split(".")[0] not in PACKAGES:
            continue
        place = checkout.ROOT / name.replace(".", "/")
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file() and path not in found:
                found.add(path)
                names += imported(path)
    return sorted(found)


def data_packages(modules: Iterable[Path]) -> list[str]:
    """Return the pinned packages, `name==version`, that modules name.

    A module names a package as a text or by importing it.
    """
    text = (checkout.ROOT / "pyproject.toml").read_text()
    listed = tomllib.loads(text)["project"]["dependencies"]
    named: set[str] = set()
    for path in modules:
        named |= {name.split(".")[0] for name in imported(path)}
        named |= {
            node.value
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return [
        pin for pin in listed if "==" in pin and pin.split("==")[0] in named
    ]


def harness() -> list[Path]:
    """Return the modules that decide what a proof finds."""
    folder = checkout.ROOT / "comparisons"
    sides = [
        path
        for path in folder.glob("sides/**/*.py")
        if path.stem not in MEASURING
    ]
    return [folder / "weights.py", *folder.glob("proof/**/*.py"), *sides]


# === Digests ================================================================


def digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def trees(paths: Iterable[Path]) -> list[str]:
    return [
        f"{path.relative_to(checkout.ROOT).as_posix()} {tree(path)}"
        for path in sorted(paths)
        if path.is_file()
    ]


def task_digest(task: Task, preset: Preset) -> str:
    """Return the digest of what a task's scores and speeds depend on."""
    modules = modules_of(task)
    # A preset may have gone since the section was made.
    config = repr(getattr(task.data_module, preset.upper(), None))
    return digest([*trees(modules), *data_packages(modules), config])


def proof_digest(task: Task, preset: Preset) -> str:
    """Return the digest of what a task's proof depends on."""
    return digest(
        [
            task_digest(task, preset),
            *trees(harness()),
            repr(task),
            repr(task.variants()),
        ]
    )


def is_stale(result: Result, section: Section) -> bool:
    """Whether a section is older than its code; unknown counts as older.

    Of a task that is not in the table nothing can be said: False.
    """
    task = BY_STEM.get(result.task)
    if task is None:
        return False
    of = proof_digest if isinstance(section, ProofSection) else task_digest
    return section.made_with.digest != of(task, section.preset)


def stale_sections(result: Result) -> list[str]:
    """Return the names of the sections that are older than their code."""
    return [
        name for name, section in result.sections() if is_stale(result, section)
    ]
