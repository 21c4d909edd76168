"""Counts the bytes that PyTorch's operations read and write.

PyTorch has no counter of its own for that: `torch.utils._runtime_estimation`
adds up the same bytes, but returns only the time that a GPU would need.
"""

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Traffic(TorchDispatchMode):
    """Adds up the bytes of every operation's inputs and outputs.

    A view moves nothing and does not count. The sum ignores caches: it is what
    a machine without a cache would move, so an upper bound.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0
        self.operations = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        given = [t for t in tree_leaves((args, kwargs)) if is_tensor(t)]
        made = [t for t in tree_leaves(result) if is_tensor(t)]
        places = {t.untyped_storage().data_ptr() for t in given}
        is_view = func.is_view or (
            not func._schema.is_mutable
            and made
            and all(t.untyped_storage().data_ptr() in places for t in made)
        )
        if not is_view:
            self.operations += 1
            self.bytes += sum(t.numel() * t.element_size() for t in given)
            self.bytes += sum(t.numel() * t.element_size() for t in made)
        return result


def is_tensor(value: Any) -> bool:
    return isinstance(value, torch.Tensor)
