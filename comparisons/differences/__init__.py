"""The atlas: differences between Keras and PyTorch that the pairs meet.

One module per difference, named as the comments in the halves name it. Each
has a docstring whose first line is what a person would search for, and three
texts: KERAS and PYTORCH (the two behaviours and where they are defined) and
FIX. Sources were read in keras 3.15.1 and torch 2.14.1.
"""

import difflib
import importlib
import pkgutil
from dataclasses import dataclass

from comparisons.worker import RequestError


@dataclass(frozen=True)
class Difference:
    name: str
    title: str
    keras: str
    pytorch: str
    fix: str


def names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


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
    module = importlib.import_module(f"{__name__}.{name}")
    return Difference(
        name=name,
        title=(module.__doc__ or "").strip().splitlines()[0],
        keras=module.KERAS,
        pytorch=module.PYTORCH,
        fix=module.FIX,
    )
