"""The only place where the harness reaches into code that is not its own.

Everything that a half, a model or a framework must do differently for a
proof or a measurement is put in its place here, for the length of a block.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

ABSENT = object()


@contextmanager
def replaced(owner: Any, **new: Any) -> Iterator[None]:
    """Give `owner` other attributes while the block runs.

    Args:
        owner: a module, a class or an object. Attributes of an object are
            set past its own `__setattr__`: Keras would track them.
        new: the new values by attribute name.

    Raises:
        AttributeError: the owner has no such attribute.
    """
    plain = isinstance(owner, ModuleType | type)
    put = setattr if plain else object.__setattr__
    drop = delattr if plain else object.__delattr__
    before = {}
    for name in new:
        getattr(owner, name)  # or a typing error would go unseen
        before[name] = vars(owner).get(name, ABSENT)
    try:
        for name, value in new.items():
            put(owner, name, value)
        yield
    finally:
        for name, value in before.items():
            if value is not ABSENT:
                put(owner, name, value)
            elif name in vars(owner):
                drop(owner, name)
