"""What is put in the place of something else is taken away again."""

import math
from types import SimpleNamespace

import pytest

from comparisons.sides.replacing import replaced


class Parent:
    def call(self) -> str:
        return "parent"


class Child(Parent):
    pass


@pytest.mark.parametrize("fails", (True, False))
def test_a_module_a_class_and_an_object_are_as_before(fails: bool):
    child = Child()
    root = math.sqrt
    for owner, name in ((math, "sqrt"), (Child, "call"), (child, "call")):
        before = dict(vars(owner))
        try:
            with replaced(owner, **{name: lambda *_: "other"}):
                assert getattr(owner, name)(4.0) == "other"
                if fails:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        assert dict(vars(owner)) == before
    assert math.sqrt is root and child.call() == "parent"


def test_what_is_not_there_cannot_be_replaced():
    owner = SimpleNamespace(known=1)
    with pytest.raises(AttributeError, match="unknown"):
        with replaced(owner, unknown=2):
            pass
    assert vars(owner) == {"known": 1}


def test_one_replacement_within_another():
    owner = SimpleNamespace(value=1)
    with replaced(owner, value=2):
        with replaced(owner, value=3):
            assert owner.value == 3
        assert owner.value == 2
    assert owner.value == 1
