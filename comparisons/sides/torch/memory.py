"""The peak of PyTorch's CPU allocator: measured, and predicted.

The allocator has no statistics on a CPU, but it reports every block that it
gives out or takes back to PyTorch's profiler: that is the measurement. The
prediction runs a training step on fake tensors, which have a shape but no
memory.

`torch.distributed._tools.mem_tracker` replaces neither (torch 2.14.1). It sees
the results of operators, so that it misses what kernels allocate inside (14 %
of the peak of 11.4) and counts blocks that NumPy owns (2 % in 10.4). On fake
tensors it agrees with `Live` to the byte, but it stops with an error where
weights are frozen (8.3.2) or a step calls a model several times (12.5).
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

# For the backward pass, their CPU kernels keep other tensors than their CUDA
# kernels do.
UNCALIBRATED = (
    *(nn.RNNBase, nn.RNNCellBase, nn.MultiheadAttention),
    *(nn.TransformerEncoderLayer, nn.TransformerDecoderLayer),
)

# === Measured ===============================================================


def living() -> list[torch.Tensor]:
    """Return every tensor that is a Python object.

    A gradient is one once Python code has read it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            thing
            for thing in gc.get_objects()
            if issubclass(type(thing), torch.Tensor)
        ]


def allocated_bytes(tensors: Iterable[torch.Tensor]) -> int:
    """Return the bytes of the CPU allocator's blocks behind these tensors.

    Each block counts once. A storage that cannot be resized is a block that
    NumPy allocated, and does not count.
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
    """Watch the CPU allocator: the peak of all living blocks, in MiB.

    The peak is what was alive before, plus the highest sum of the profiler's
    `[memory]` events since `settled` was called. The profiler does not report
    the end of a block that was alive before, so gradients are dropped first;
    weights stay.
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
    """Return the highest running sum of the bytes, from a time on.

    `changes` are pairs of a time and the bytes that were given out then, or,
    if negative, taken back. All of them count, those before `since` too.
    """
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
    """Predict the peak of a half's second training step, in MiB.

    The half's own `train_step` runs twice on fake CPU tensors that have the
    shapes of its first real batch; in the second step the optimizer has its
    slots. Memory that a kernel uses only inside is not seen. What lives beside
    the model, such as a backbone for features, is measured and added.

    There is no prediction for attention and recurrent layers, because a CPU
    keeps other tensors for them than CUDA does; `prediction_note` says why.
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
    except Exception as error:  # a half's own code may raise anything
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
    """Return the peak of the second step in bytes.

    Appends "attention" to `asked` whenever the half calls it.
    """
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
    """Adds up the living blocks of all tensors that operators return."""

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
