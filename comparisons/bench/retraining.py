"""What a half does to train, so that it can be done time and again."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from unittest import mock

from shared_data import Arrays, first

# Training steps are timed on so many batches, in turn, that lie in memory.
HELD = 16


class Lacking(Exception):
    """A half has nothing of the kind to time; says why."""


class Recorded(Exception):
    """Ends a training as soon as what it was to do is known."""


def again_of(
    module: Any, model: Any, arrays: Any, config: Any
) -> tuple[Callable[[int, int], None], bool]:
    """Return what trains the model, time and again, and whether in parts.

    It is told how many epochs and of how many samples. Of a Keras half it is
    that half's own call of `fit`, without compiling anew; but not where `fit`
    gets other things than the samples, such as features: they would be
    computed outside the time. A half that compiles in every call looks the
    slower the fewer samples it gets, so that it is not timed in parts.
    """
    calls: list[tuple[Any, Any]] = []
    fit: Any = getattr(model, "fit", None)

    def recording_fit(*args: Any, **kwargs: Any) -> Any:
        if args and same_kind(args[0], arrays.inputs):
            calls.append((args, kwargs))
            raise Recorded
        return fit(*args, **kwargs)

    def own(epochs: int, samples: int) -> None:
        some = arrays.head(samples)
        module.train(model, some, replace(config, epochs=epochs))

    def fit_again(epochs: int, samples: int) -> None:
        args, kwargs = calls[-1]
        args = tuple(first(a, samples) for a in args)
        fit(*args, **{**kwargs, "epochs": epochs})

    if fit is None:
        return own, True
    with mock.patch.object(model, "fit", recording_fit), suppress(Recorded):
        own(1, 1)  # one sample tells what `fit` is given
        return own, False
    with mock.patch.object(model, "fit", recording_fit), suppress(Recorded):
        own(1, len(arrays))
    return fit_again, True


def same_kind(given: Any, samples: Any) -> bool:
    """Whether `fit` was given samples, by the shape of one of them."""
    if isinstance(samples, dict):
        return isinstance(given, dict) and given.keys() == samples.keys()
    return getattr(given, "shape", ())[1:] == samples.shape[1:]


@contextmanager
def kept_steps(module: Any) -> Iterator[list[tuple[Any, Any]]]:
    """Keep what a half's own `train_step` is given while the block runs."""
    calls: list[tuple[Any, Any]] = []
    step = module.train_step

    def keeping(*args: Any, **kwargs: Any) -> Any:
        calls.append((args, kwargs))
        return step(*args, **kwargs)

    with mock.patch.object(module, "train_step", keeping):
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
