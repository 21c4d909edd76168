"""The work of a side whose memory is measured: two short trainings.

The first training runs without any measurement inside the framework, so that
the process' high-water mark belongs to it alone. Only its optimizers and the
shapes of its first batch are noted: the bytes of weights, gradients,
optimizer slots and one batch follow from them. During the second training
the allocator's statistics are read.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from comparisons.sides import memory
from comparisons.sides.replacing import replaced
from shared_data import Arrays, first

# Batches of the first training, in which the process' peak is measured. Both
# halves use the same number. A whole epoch would take longer, and copies of
# its data would add to the peak.
BATCHES = 16
# Batches of the second training, in which the allocator's peak is measured:
# one for warm-up and two that count. A half may keep a fifth of its samples
# for validation.
SETTLED = 3
FED_TWICE = "targets that are inputs, fed twice"


@dataclass(frozen=True)
class Outline:
    """Shape, strides and type of an array, without its values."""

    shape: tuple[int, ...]
    strides: tuple[int, ...] | None
    dtype: Any

    @property
    def nbytes(self) -> int:
        name = getattr(self.dtype, "name", str(self.dtype))
        item = np.dtype(name.removeprefix("torch.")).itemsize
        return math.prod(self.shape) * item


def outlines_of(tensors: Any) -> Any:
    """Return the outlines of one array, or of several in the same order."""
    if isinstance(tensors, dict):
        return {name: outlines_of(one) for name, one in tensors.items()}
    if isinstance(tensors, list | tuple):
        return tuple(outlines_of(one) for one in tensors)
    stride = getattr(tensors, "stride", None)
    return Outline(
        tuple(tensors.shape), stride and tuple(stride()), tensors.dtype
    )


def leaves(outlines: Any) -> Iterator[Outline]:
    if isinstance(outlines, Outline):
        yield outlines
        return
    several = outlines.values() if isinstance(outlines, dict) else outlines
    for one in several:
        yield from leaves(one)


@dataclass
class Watched:
    """What a training used: its optimizers, first batch and call of `fit`.

    batch: outlines of the first batch.
    twice: bytes of the batch that are fed both as inputs and as targets.
    fit: (samples) -> calls `fit` again on so many samples; None for a half
        that has a `train_step`.
    """

    optimizers: list[Any] = field(default_factory=list)
    batch: Any = ()
    twice: int = 0
    fit: Callable[[int], Any] | None = None

    @property
    def batch_bytes(self) -> int:
        return sum(outline.nbytes for outline in leaves(self.batch))


@contextmanager
def watched(module: Any, model: Any, batch_size: int) -> Iterator[Watched]:
    """Record what the half's `train` passes to its steps inside the block.

    A half either has a `train_step` or calls `fit`.
    """
    seen = Watched()
    make = module.make_optimizer

    def make_optimizer(*args: Any) -> Any:
        made = make(*args)
        several = isinstance(made, dict)
        seen.optimizers = list(made.values()) if several else [made]
        return made

    def see_step(step: Any, *args: Any) -> Any:
        # The first three arguments are model, optimizer and loss.
        seen.batch = seen.batch or outlines_of(args[3:])
        return step(*args)

    def see_fit(fit: Any, *args: Any, **kwargs: Any) -> Any:
        batch = [first(given, batch_size) for given in args[:2]]
        seen.batch, seen.twice = outlines_of(batch), fed_twice(*batch)
        # The model is compiled by now. Callbacks do not belong to a step.
        again = kwargs | {"callbacks": None}
        seen.fit = lambda samples: fit(
            *(first(given, samples) for given in args), **again
        )
        return fit(*args, **kwargs)

    with (
        replaced(module, make_optimizer=make_optimizer),
        steps_through(module, model, see_step, see_fit),
    ):
        yield seen


@contextmanager
def steps_through(
    module: Any, model: Any, see_step: Any, see_fit: Any
) -> Iterator[None]:
    """Pass every call of the half's `train_step`, or of `fit`, to a function.

    `see_step` or `see_fit` receives the original function, then its arguments.
    """
    if hasattr(module, "train_step"):
        owner, name, see = module, "train_step", see_step
    else:
        owner, name, see = model, "fit", see_fit
    with replaced(owner, **{name: partial(see, getattr(owner, name))}):
        yield


def fed_twice(inputs: Any, targets: Any = None) -> int:
    """Return the bytes of the targets if they are also among the inputs."""
    given = inputs.values() if isinstance(inputs, dict) else [inputs]
    if targets is None or isinstance(targets, dict):
        return 0
    alike = any(np.array_equal(targets, one) for one in given)
    return targets.nbytes if alike else 0


class Bytes(NamedTuple):
    """The bytes that a half needs, calculated from its shapes and types.

    frozen: the part of `weights` that is not trained.
    explained: the `Bytes` that an atlas entry, or another named difference,
        adds; by its name.
    """

    weights: int
    frozen: int
    gradients: int
    slots: int
    batch: int = 0
    explained: dict[str, Any] = {}


def measure(
    engine: Any,
    module: Any,
    config: Any,
    build: Callable[[], Any],
    arrays: Arrays,
) -> dict[str, Any]:
    """Return `peaks` in MiB and `bytes`. Needs a fresh process.

    `engine` is the side's Engine; `build` returns the half's model.
    """
    card = memory.card()
    model = build()
    arrays = arrays.head(BATCHES * config.batch_size)
    if hasattr(module, "train"):
        train = partial(module.train, config=replace(config, epochs=1))
        with watched(module, model, config.batch_size) as seen:
            host = memory.host_peak_of(lambda: train(model, arrays))
        counted = engine.inventory(model, seen.optimizers)
    else:
        train, seen = None, Watched()
        host = memory.host_peak_of(lambda: module.evaluate(model, arrays))
        seen.batch = outlines_of([arrays.inputs, arrays.targets])
        # Nothing is trained, so all weights are frozen.
        weights = engine.inventory(model, []).weights
        counted = Bytes(weights, weights, 0, 0)
    counted = counted._replace(batch=seen.batch_bytes)
    if seen.twice:
        more = {FED_TWICE: Bytes(0, 0, 0, 0, seen.twice)}
        counted = counted._replace(explained=counted.explained | more)
    seen.optimizers = []
    few = SETTLED * config.batch_size
    with engine.peaks() as (peaks, settled):
        if train is None:
            settled()
            module.evaluate(model, arrays)
        elif seen.fit:
            settled()
            seen.fit(few)
        else:
            with after_one_step(module, settled):
                train(model, arrays.head(few))
        engine.synchronize()
    if peaks["gpu_allocator_peak_mib"] is not None:
        held = memory.process_gpu_mib(card, memory.card())
        peaks["gpu_process_mib"] = held
    notes = [note for note in (peaks["note"], host["note"]) if note]
    seen.fit = model = None  # free the model before the peak is predicted
    predicted = engine.predicted(module, config, seen.batch)
    return {
        "peaks": peaks | host | predicted | {"note": "; ".join(notes)},
        "bytes": counted,
    }


@contextmanager
def after_one_step(module: Any, settled: Callable[[], None]) -> Iterator[None]:
    """Call `settled` after the half's first step.

    The first step allocates what later steps keep, such as optimizer slots.
    """
    steps = [0]

    def step_on(step: Any, *args: Any) -> Any:
        if steps[0] == 1:
            settled()
        steps[0] += 1
        return step(*args)

    with steps_through(module, None, step_on, None):
        yield
