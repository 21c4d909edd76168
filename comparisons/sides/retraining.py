"""Repeats a half's own training, or single steps of it, for timing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from comparisons.sides.replacing import replaced
from shared_data import Arrays

# Training steps are timed on this many batches, which stay in memory and are
# used in turn.
HELD = 16


class Lacking(Exception):
    """A half has no such work to time; the message says why."""


class Recorded(Exception):
    """Stops a training once its arguments are recorded."""


def again_of(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[int, int], None]:
    """Return a function (epochs, samples) that trains the model again.

    It calls the half's own `train`, preparation of the samples included. Only
    the first call compiles the Keras model or makes the PyTorch optimizer;
    later calls reuse them.
    """
    once = (
        compiling_once(model)
        if hasattr(model, "fit")
        else keeping_optimizer(module)
    )

    def run(epochs: int, samples: int) -> None:
        with once():
            some = arrays.head(samples)
            module.train(model, some, replace(config, epochs=epochs))

    return run


def compiling_once(model: Any) -> Callable[[], AbstractContextManager[Any]]:
    """Return a context in which only the first `compile` has an effect.

    Otherwise Keras would trace the training step again in each training.
    """
    compiled: list[bool] = []
    compile = model.compile

    def once(*args: Any, **kwargs: Any) -> None:
        if not compiled:
            compile(*args, **kwargs)
            compiled.append(True)

    return partial(replaced, model, compile=once)


def keeping_optimizer(module: Any) -> Callable[[], AbstractContextManager[Any]]:
    """Return a context in which a half always uses its first optimizer.

    Keras' `fit` does the same. What an optimizer allocates in its first step
    is not part of an epoch: in 8.3.1, with one epoch a slice, it took 5 of
    39 us a sample.
    """
    made: list[Any] = []
    make = module.make_optimizer

    def kept(config: Any, model: Any) -> Any:
        if not made:
            made.append(make(config, model))
        return made[0]

    return partial(replaced, module, make_optimizer=kept)


@contextmanager
def kept_steps(module: Any) -> Iterator[list[tuple[Any, Any]]]:
    """Yield the arguments of all calls of the half's `train_step`."""
    calls: list[tuple[Any, Any]] = []
    step = module.train_step

    def keeping(*args: Any, **kwargs: Any) -> Any:
        calls.append((args, kwargs))
        return step(*args, **kwargs)

    with replaced(module, train_step=keeping):
        yield calls


def own_steps(
    module: Any,
    model: Any,
    arrays: Arrays,
    config: Any,
    before: Callable[[Iterable[Any]], None] = lambda _: None,
) -> Callable[[int], None]:
    """Return a function (count) that calls the half's `train_step` as often.

    The batches are those of a first, recorded training. `before` is called
    once before the steps, with the step's arguments.
    """
    some = arrays.head(HELD * config.batch_size)
    with kept_steps(module) as calls:
        module.train(model, some, replace(config, epochs=1))
    calls = calls[:HELD]
    whole = [call for call in calls if sizes(call) == sizes(calls[0])]

    def take(count: int) -> None:
        before(whole[0][0])
        for index in range(count):
            args, kwargs = whole[index % len(whole)]
            module.train_step(*args, **kwargs)

    return take


def sizes(call: tuple[Any, Any]) -> list[Any]:
    """Return the shapes of a call's arguments; a last batch may be smaller."""
    args, kwargs = call
    return [getattr(a, "shape", None) for a in [*args, *kwargs.values()]]
