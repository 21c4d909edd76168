"""What a half does to train, so that it can be done time and again."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from comparisons.sides.replacing import replaced
from shared_data import Arrays

# Training steps are timed on so many batches, in turn, that lie in memory.
HELD = 16


class Lacking(Exception):
    """A half has nothing of the kind to time; says why."""


class Recorded(Exception):
    """Ends a training as soon as what it was to do is known."""


def again_of(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[int, int], None]:
    """Return what trains the model, time and again: (epochs, samples).

    It is the half's own training, with all that it makes of its samples. What
    a training makes but once is made in the first call: Keras' compiled model,
    PyTorch's optimizer.
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
    """Return a context in which a Keras model is compiled the first time only.

    Else each training would trace its steps anew.
    """
    compiled: list[bool] = []
    compile = model.compile

    def once(*args: Any, **kwargs: Any) -> None:
        if not compiled:
            compile(*args, **kwargs)
            compiled.append(True)

    return partial(replaced, model, compile=once)


def keeping_optimizer(module: Any) -> Callable[[], AbstractContextManager[Any]]:
    """Return a context in which a half trains on with its first optimizer.

    As `fit` does: what an optimizer allocates in its first step is no part of
    an epoch. It took 5 of 39 us a sample in 8.3.1, of which each letter had
    one epoch.
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
    """Keep what a half's own `train_step` is given while the block runs."""
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
    """Return what calls the half's `train_step` on the batches of a training.

    `before` gets what the step is given, before so many are taken.
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
    """Return the shapes in a call: a last batch may be smaller."""
    args, kwargs = call
    return [getattr(a, "shape", None) for a in [*args, *kwargs.values()]]
