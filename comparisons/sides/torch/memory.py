"""What PyTorch's allocator holds on a CPU: measured, and predicted.

It keeps no statistics there, but tells PyTorch's profiler of every block that
it gives and takes back. The prediction runs a training step on tensors that
have a shape and no memory.
"""

import copy
import gc
import time
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
import torch.nn.functional as F
from torch import nn
from torch._subclasses.fake_tensor import FakeCopyMode, FakeTensorMode
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter, tree_map_only
from torch.utils.weak import WeakIdKeyDictionary

from comparisons.sides.memory import MIB, NO_CUDA, Watch, empty_peaks
from comparisons.sides.memory_work import Outline

# Their CPU and CUDA kernels keep unlike things for the way back.
UNCALIBRATED = (
    *(nn.RNNBase, nn.RNNCellBase, nn.MultiheadAttention),
    *(nn.TransformerEncoderLayer, nn.TransformerDecoderLayer),
)

# === Measured ===============================================================


def living() -> list[torch.Tensor]:
    """Return every tensor of Python's; gradients are such once asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [
            thing
            for thing in gc.get_objects()
            if issubclass(type(thing), torch.Tensor)
        ]
    return found


def allocated_bytes(tensors: Iterable[torch.Tensor]) -> int:
    """Return what the CPU allocator holds for them, each block once.

    Blocks that NumPy allocated are not its own: they cannot be resized.
    """
    blocks = {}
    for tensor in tensors:
        if tensor.layout is torch.strided and tensor.device.type == "cpu":
            storage = tensor.untyped_storage()
            if storage.resizable():
                blocks[storage.data_ptr()] = storage.nbytes()
    return sum(blocks.values())


def drop_gradients() -> None:
    for tensor in living():
        if tensor.is_leaf:
            tensor.grad = None


@contextmanager
def allocator_peaks() -> Iterator[Watch]:
    """Watch the CPU allocator: the peak of all that is alive, in MiB.

    It is what was alive before, plus the highest sum of the profiler's
    `[memory]` events since `settled` was called. The profiler does not hear
    of the end of what was alive before: gradients are dropped here, weights
    stay.
    """
    gc.collect()
    drop_gradients()
    before = allocated_bytes(living())
    since = [0]
    peaks: dict[str, Any] = {}

    def settled() -> None:
        gc.collect()
        since[0] = time.time_ns()

    with profile(
        activities=[ProfilerActivity.CPU], profile_memory=True
    ) as profiled:
        yield peaks, settled
    assert profiled.profiler is not None
    results = profiled.profiler.kineto_results
    assert results is not None
    changes = [
        (event.start_ns(), event.nbytes())
        for event in results.events()
        if event.name() == "[memory]"
        and event.device_type() == torch.autograd.DeviceType.CPU
    ]
    peaks |= empty_peaks(NO_CUDA)
    peaks["host_allocator_peak_mib"] = (
        before + peak_of(changes, since[0])
    ) / MIB


def peak_of(changes: Iterable[tuple[int, int]], since: int) -> int:
    """Return the highest sum of the bytes of (time, bytes), since a time."""
    level = peak = 0
    begun = False
    for when, size in sorted(changes, key=lambda change: change[0]):
        if when >= since and not begun:
            begun, peak = True, level
        level += size
        peak = max(peak, level)
    return peak if begun else level


# === Predicted ==============================================================


def predict_peak(module: Any, config: Any, outlines: Any) -> dict[str, Any]:
    """Predict the live peak of a settled training step of a half, in MiB.

    Its own `train_step` runs twice on fake CPU tensors with the outlines of
    its first real batch; the second step has the optimizer's slots. What a
    kernel takes and gives back within itself cannot be seen. Withheld for
    attention and recurrent layers, of which a CPU keeps other things than
    CUDA does. What is alive beside a model, such as a backbone that a half
    keeps for features, is measured and added.
    """

    def withheld(why: str) -> dict[str, Any]:
        return {"predicted_allocator_peak_mib": None, "prediction_note": why}

    if not hasattr(module, "train_step"):
        return withheld("it does not train")
    gc.collect()
    beside = allocated_bytes(living())
    with torch.device("cpu"):
        model = module.build_model(config)
    if not isinstance(model, dict):
        model.train()
        for part in model.modules():
            if isinstance(part, UNCALIBRATED):
                kind = type(part).__name__
                return withheld(f"not calibrated for {kind}")
    asked: list[str] = []
    try:
        peak = fake_peak(module, config, model, outlines, asked)
    except Exception as error:  # of a half's own code anything
        text = " ".join(str(error).split())[:120]
        why = f"its step refuses fake tensors: {type(error).__name__}: {text}"
        return withheld(why)
    if asked:
        return withheld(f"not calibrated for {asked[0]}")
    return {
        "predicted_allocator_peak_mib": (beside + peak) / MIB,
        "prediction_note": "",
    }


def fake_peak(
    module: Any, config: Any, model: Any, outlines: Any, asked: list[str]
) -> int:
    """Return the peak in bytes of a second step; tell what was asked for."""
    attention = F.scaled_dot_product_attention

    def attend(*args: Any, **kwargs: Any) -> Any:
        asked.append("attention")
        return attention(*args, **kwargs)

    def empty(outline: Outline) -> torch.Tensor:
        assert outline.strides is not None
        return torch.empty_strided(
            outline.shape, outline.strides, dtype=outline.dtype
        )

    fake = FakeTensorMode()
    with FakeCopyMode(fake):
        model = copy.deepcopy(model)
    several = model.values() if isinstance(model, dict) else tensors_of(model)
    with (
        mock.patch.object(F, "scaled_dot_product_attention", attend),
        fake,
        Live(several) as live,
    ):
        batch = tree_map_only(Outline, empty, outlines)
        loss_fn = module.make_loss(config)
        optimizer = module.make_optimizer(config, model)
        module.train_step(model, optimizer, loss_fn, *batch)
        live.peak = live.level
        module.train_step(model, optimizer, loss_fn, *batch)
    return live.peak


def tensors_of(model: nn.Module) -> list[torch.Tensor]:
    return [*model.parameters(), *model.buffers()]


class Live(TorchDispatchMode):
    """Adds up the blocks of all tensors that operations give, while alive."""

    def __init__(self, before: Iterable[torch.Tensor]) -> None:
        super().__init__()
        self.level = self.peak = 0
        self.known: Any = WeakIdKeyDictionary()
        for tensor in before:
            self.keep(tensor)

    def keep(self, tensor: torch.Tensor) -> None:
        block = tensor.untyped_storage()
        if block in self.known:
            return
        self.known[block] = True
        self.level += block.nbytes()
        self.peak = max(self.peak, self.level)
        weakref.finalize(block, self.drop, block.nbytes())

    def drop(self, size: int) -> None:
        self.level -= size

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: Any = (),
        kwargs: Any = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        for given in tree_iter(result):
            if isinstance(given, torch.Tensor):
                self.keep(given)
        return result
