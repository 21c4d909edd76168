"""PyTorch's part of timing a half; twin: keras/timing.py."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from math import prod
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.flop_counter import FlopCounterMode

from comparisons.sides import ceilings, glibc, quiet
from comparisons.sides.replacing import replaced
from comparisons.sides.retraining import (
    Lacking,
    keeping_optimizer,
    kept_steps,
    own_steps,
)
from comparisons.sides.timing import Loop, Mode, Timing
from comparisons.sides.torch.traffic import Traffic
from comparisons.sides.wire import Half
from shared_data import Arrays, first

# === Modes ==================================================================


def needs_module(model: Any) -> torch.nn.Module:
    if isinstance(model, torch.nn.Module):
        return model
    raise Lacking("its model is a dict of plain tensors")


def channels_last(model: Any) -> Any:
    """Store images and kernels with channels last, as Keras does."""
    model = needs_module(model).to(memory_format=torch.channels_last)

    def convert(_: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            a.contiguous(memory_format=torch.channels_last)
            if isinstance(a, torch.Tensor) and a.ndim == 4
            else a
            for a in args
        )

    model.register_forward_pre_hook(convert)
    return model


def compiled(model: Any) -> Any:
    """Compile the forward pass in place, and the backward pass with it."""
    needs_module(model).compile()
    return model


def autocast(model: Any) -> Any:
    """Run the forward pass in bfloat16 for the operations in autocast's list.

    The outputs are cast to float32, so that the loss is computed in float32.
    """
    forward = needs_module(model).forward
    device = next(model.parameters()).device.type

    def autocast_forward(*args: Any, **kwargs: Any) -> Any:
        with torch.autocast(device, torch.bfloat16):
            output = forward(*args, **kwargs)
        return torch.utils._pytree.tree_map(to_float32, output)

    model.forward = autocast_forward
    return model


def to_float32(value: Any) -> Any:
    return value.float() if isinstance(value, torch.Tensor) else value


MODES = {
    "default": Mode("eager"),
    "channels_last": Mode("channels_last", prepare=channels_last),
    "compile": Mode("torch.compile", prepare=compiled),
    "given_back": Mode("freed memory given back", during=glibc.given_back),
    "bfloat16": Mode("autocast bfloat16", "bfloat16", prepare=autocast),
}

# === Loops ==================================================================


def steps(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[int], None]:
    """Return a function (count) that calls the half's `train_step`.

    The batches are in memory.
    """
    return own_steps(module, model, arrays, config, in_training)


def in_training(given: Iterable[Any]) -> None:
    """Set models to training mode, after a prediction changed it."""
    for one in given:
        if isinstance(one, torch.nn.Module):
            one.train()


def idiom(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[int, int], None]:
    """Return the loop that most users write first: a DataLoader over tensors.

    As in PyTorch's own examples, samples are fetched one by one and collated,
    and the loss is read every tenth step. The training step is the half's
    own, so that only the feeding differs.

    Raises:
        Lacking: the half's steps get tensors that are not samples.
    """
    with kept_steps(module) as calls:
        module.train(model, arrays, replace(config, epochs=1), shuffle=False)
    fixed = [a for a in calls[0][0] if not isinstance(a, torch.Tensor)]
    tensors = [
        torch.cat(parts)
        for parts in zip(
            *(only_tensors(args) for args, _ in calls), strict=True
        )
    ]
    if len({len(t) for t in tensors}) > 1 or len(tensors[0]) != len(arrays):
        raise Lacking("its steps get more than samples")

    def run(epochs: int, samples: int) -> None:
        dataset = TensorDataset(*(t[:samples] for t in tensors))
        loader = DataLoader(dataset, batch_size=config.batch_size, shuffle=True)
        in_training(fixed)
        for _ in range(epochs):
            for index, batch in enumerate(loader):
                loss = module.train_step(*fixed, *batch)
                if index % 10 == 0 and isinstance(loss, torch.Tensor):
                    loss.item()

    return run


def again(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[int, int], None]:
    """Return the half's own loop; its input tensors are made only once."""
    made = module.to_inputs(arrays.inputs)
    one_optimizer = keeping_optimizer(module)

    def run(epochs: int, samples: int) -> None:
        some = replace(config, epochs=epochs)
        given = replaced(module, to_inputs=lambda _: first(made, samples))
        with given, one_optimizer():
            module.train(model, arrays.head(samples), some)

    return run


def only_tensors(args: Iterable[Any]) -> list[torch.Tensor]:
    return [a for a in args if isinstance(a, torch.Tensor)]


def stream(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[Arrays], None]:
    """Return a function that trains one epoch by the half's own loop.

    Its tensors share the memory of the mapped files.
    """
    one_optimizer = keeping_optimizer(module)

    def run(some: Arrays) -> None:
        with one_optimizer():
            module.train(model, some, config)

    return run


# === Counting ===============================================================


def backward_flops(
    gradient: Any, inputs: Any, weight: Any, *args: Any, **_: Any
) -> int:
    """Count each gradient of a convolution like its forward pass.

    FlopCounterMode counts a depthwise convolution's gradients as those of a
    full one (torch 2.14.1): it gave a step of fine_tuning 11 times the
    operations of its forward pass.
    """
    transposed, wanted = args[4], args[7]
    places = (inputs if transposed else gradient)[2:]
    forward = 2 * gradient[0] * prod(places) * prod(weight)
    return forward * (int(wanted[0]) + int(wanted[1]))


BACKWARD = {torch.ops.aten.convolution_backward: backward_flops}


def count(
    half: Half, config: Any, model: Any, arrays: Arrays
) -> dict[str, Any]:
    """Count floating-point operations and bytes of one training step.

    As in FlopCounterMode, a multiplication with its addition counts as two,
    and only matrix products and convolutions count. It does not know oneDNN's
    recurrent layers and the fused attention of CPUs, so both are switched off
    for the count. `forward` is one prediction of the same batch.
    """
    module = half.load()
    known = {"flops": 0.0, "bytes": 0.0, "operations": 0, "forward": 0.0}
    batch = min(config.batch_size, len(arrays))
    with (
        torch.backends.mkldnn.flags(enabled=False),
        sdpa_kernel(SDPBackend.MATH),
    ):
        with FlopCounterMode(display=False, custom_mapping=BACKWARD) as counter:
            module.predict(model, first(arrays.inputs, batch))
        known["forward"] = float(counter.get_total_flops())
        if not hasattr(module, "train"):
            return known
        with kept_steps(module) as calls:
            module.train(model, arrays, replace(config, epochs=1))
        args, kwargs = calls[0]
        with FlopCounterMode(display=False, custom_mapping=BACKWARD) as counter:
            module.train_step(*args, **kwargs)
        known["flops"] = float(counter.get_total_flops())
    with Traffic() as traffic:
        module.train_step(*args, **kwargs)
    return known | {
        "bytes": float(traffic.bytes),
        "operations": traffic.operations,
    }


def matrices(size: int, dtype: str) -> Callable[[], Any]:
    """Return a function that multiplies two square matrices."""
    kind, where = getattr(torch, dtype), device()
    left, right = (torch.randn(size, size, device=where).to(kind) for _ in "ab")
    out = torch.empty(size, size, dtype=kind, device=where)
    return lambda: finish(torch.matmul(left, right, out=out))


def triad(count: int) -> Callable[[], Any]:
    """Return a function that computes STREAM's triad, a = b + s * c.

    The vectors hold `count` float32 values.
    """
    b, c, a = torch.ones(3, count, device=device())
    return lambda: finish(torch.add(b, c, alpha=3.0, out=a))


def device() -> str:
    """Return the halves' device: `--device cpu` hides every GPU."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def finish(value: torch.Tensor) -> None:
    """Wait until a value is computed."""
    if value.is_cuda:
        torch.cuda.synchronize()


class TorchTiming(Timing):
    """Implements `Timing` for PyTorch halves."""

    modes = MODES

    def steady(self) -> list[str]:
        return quiet.told("torch")

    def one_batch(self) -> AbstractContextManager[None]:
        return nullcontext()

    def steps(self, *given: Any) -> Callable[[int], None]:
        return steps(*given)

    def idiom(self, *given: Any) -> Loop:
        return idiom(*given)

    def again(self, *given: Any) -> Loop:
        return again(*given)

    def streaming(self, *given: Any) -> Callable[[Arrays], None]:
        return stream(*given)

    def counted(self, *given: Any) -> dict[str, Any]:
        return count(*given)

    def limits(self) -> dict[str, float]:
        return ceilings.measured(matrices, triad)
