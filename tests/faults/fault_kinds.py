"""What a planted fault and a correct variant are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from comparisons.common import Name

Edits = tuple[tuple[str, str], ...]

# The rungs in the order in which a reader climbs them.
LADDER = (
    "settings",
    "initialisation",
    "forward",
    "gradients",
    "step",
    "trajectory",
    "exhibit",
    "forward float32",
    "gradients float32",
    "round trip",
)


@dataclass(frozen=True)
class Variant:
    """A correct pair made of another: edits to both halves.

    `task` replaces fields of the pair's row in tasks.py; `config` names one
    of the data module's VARIANTS in place of QUICK.
    """

    name: str
    pair: str
    keras: Edits
    torch: Edits
    task: Mapping[str, Any] = field(default_factory=dict)
    config: str = ""


@dataclass(frozen=True)
class Fault:
    """A mistake in one half of a pair, and the first rung that must fail.

    `raises` says that the half cannot even run with it, which is no feat of
    the ladder; without it, an edit that breaks the half is an error.
    """

    name: str
    pair: str
    side: Name
    rung: str
    edits: Edits
    variant: str = ""
    raises: bool = False
