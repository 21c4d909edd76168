"""Replaces attributes of halves, models and frameworks inside a block.

A half, a model or a framework must sometimes behave differently for a proof
or a measurement. The harness changes such code only through this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

ABSENT = object()


@contextmanager
def replaced(owner: Any, **new: Any) -> Iterator[None]:
    """Give attributes of `owner` other values inside the block.

    Args:
        owner: a module, a class or an object. An object's own `__setattr__`
            is bypassed, because Keras' version tracks what is set.
        new: the new values by attribute name.

    Raises:
        AttributeError: the owner has no such attribute.
    """
    plain = isinstance(owner, ModuleType | type)
    put = setattr if plain else object.__setattr__
    drop = delattr if plain else object.__delattr__
    before = {}
    for name in new:
        getattr(owner, name)  # a misspelled name must raise
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
