"""The atlas: what makes "the same" code differ between Keras and PyTorch.

One module per difference, in a folder for its theme, named as the comments in
the halves name it: a name is unique, whatever the theme. A module
imports no framework at its top, and holds:

- a docstring whose first line is what a person would search for
- KERAS and PYTORCH: the two behaviours and where they are defined, as read in
  keras 3.15.1 and torch 2.14.1
- FIX: what to do, in words
- `inputs()`: arrays by argument name; floating ones are cast to the type asked
- `keras_default(...)`, `torch_default(...)`: what most people write
- `torch_as_keras(...)`: PyTorch code that does what Keras does, and
  `keras_as_torch(...)`: the other way; one may be missing, with its reason in
  NOT_POSSIBLE
- GAP: how far apart the defaults are, at least, and CLOSED: how far apart
  either fix leaves them, at most, by type

Entries repeat each other's lines on purpose, as the halves do: what is shown
of one is all of it, it is what runs, and it can be taken as it stands.

Distances are the largest absolute difference of what the functions return: an
array, or several by name. `comparisons/measure/differences.py` runs them, each
side in a process of its own.
"""

import ast
import difflib
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from comparisons.common import RequestError

FIXES = {"torch_as_keras": "PyTorch", "keras_as_torch": "Keras"}


@dataclass(frozen=True)
class Difference:
    """An entry as people read it.

    code: the functions' sources, by name, as they are run, each below what
        it uses of its module.
    gap_type: in which the defaults are compared.
    """

    name: str
    title: str
    keras: str
    pytorch: str
    fix: str
    gap: float
    closed: dict[str, float]
    code: dict[str, str] = field(default_factory=dict)
    not_possible: str = ""
    gap_type: str = "float32"


@cache
def themes() -> dict[str, str]:
    """Return the theme of every entry, by the entry's name, sorted."""
    found = {
        path.stem: path.parent.name
        for path in Path(__file__).parent.glob("*/*.py")
        if path.stem != "__init__"
    }
    return dict(sorted(found.items()))


def names() -> list[str]:
    return list(themes())


def module_of(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{themes()[name]}.{name}")


def path_of(name: str) -> str:
    """Return where an entry stands, from the root of the checkout."""
    return f"comparisons/differences/{themes()[name]}/{name}.py"


def difference(name: str) -> Difference:
    """Return one entry.

    Raises:
        RequestError: there is no such entry; says which come near.
    """
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=3, cutoff=0.4)
        raise RequestError(
            f"received {name!r}, which is no entry of the atlas; "
            + (f"did you mean {' or '.join(near)}? " if near else "")
            + "`python -m comparisons differences` lists them"
        )
    module = module_of(name)
    return Difference(
        name=name,
        title=" ".join((module.__doc__ or "").split("\n\n")[0].split()),
        keras=module.KERAS,
        pytorch=module.PYTORCH,
        fix=module.FIX,
        gap=module.GAP,
        closed=module.CLOSED,
        code={
            way: source_of(inspect.getsource(module), way)
            for way in ("keras_default", "torch_default", *FIXES)
            if hasattr(module, way)
        },
        not_possible=getattr(module, "NOT_POSSIBLE", ""),
        gap_type=getattr(module, "GAP_TYPE", "float32"),
    )


def source_of(text: str, way: str) -> str:
    """Return a function's source, below what it uses of its module."""
    nodes = ast.parse(text).body
    found = next(
        node
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.name == way
    )
    used = {part.id for part in ast.walk(found) if isinstance(part, ast.Name)}
    parts = [
        ast.get_source_segment(text, node) or ""
        for node in nodes
        if used & names_bound_by(node)
    ]
    whole = ast.get_source_segment(text, found) or ""
    return "\n".join([*parts, "", "", whole] if parts else [whole]) + "\n"


def names_bound_by(node: ast.stmt) -> set[str]:
    """Return what an import or a constant at a module's top is called."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    targets = node.targets if isinstance(node, ast.Assign) else []
    return {part.id for part in targets if isinstance(part, ast.Name)}


def function(name: str, way: str) -> Callable[..., Any]:
    """Return one of an entry's functions, to be run in a side's process."""
    module = module_of(name)
    found: Callable[..., Any] = getattr(module, way)
    return found
