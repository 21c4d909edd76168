"""Keras' part of timing a half; twin: torch/timing.py."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import keras
import numpy as np
from keras import ops

from comparisons.sides import ceilings, glibc, quiet
from comparisons.sides.keras.backends import BACKEND
from comparisons.sides.keras.feeding import (
    Folders,
    as_fit_does,
    call_of_fit,
    part,
    stream,
)
from comparisons.sides.replacing import replaced
from comparisons.sides.retraining import HELD, Lacking, own_steps
from comparisons.sides.timing import Loop, Mode, Timing
from shared_data import Arrays, first

# === Modes ==================================================================


@contextmanager
def compile_with(_: Any, **arguments: Any) -> Iterator[None]:
    """Add arguments to every `compile`; they override those of the half."""
    compile = keras.Model.compile

    def with_more(self: Any, *args: Any, **kwargs: Any) -> Any:
        return compile(self, *args, **{**kwargs, **arguments})

    with replaced(keras.Model, compile=with_more):
        yield


@contextmanager
def policy(module: Any, name: str) -> Iterator[None]:
    """Build models under a dtype policy.

    The policy is set inside `build_model`, because the harness resets Keras'
    settings just before that call.
    """
    build = module.build_model

    def under_policy(config: Any) -> Any:
        keras.config.set_dtype_policy(name)
        try:
            return build(config)
        finally:
            keras.config.set_dtype_policy("float32")

    with replaced(module, build_model=under_policy):
        yield


def needs_fit(model: Any) -> Any:
    if isinstance(model, keras.Model):
        return model
    raise Lacking("its model is a dict of plain variables")


def compiled_mode(name: str, **arguments: Any) -> Mode:
    during = partial(compile_with, **arguments)
    return Mode(name, during=during, prepare=needs_fit)


def modes(engine: str) -> dict[str, Mode]:
    """Return the modes that Keras has on an engine.

    On PyTorch, Keras runs eagerly and has no multi-step execution. On JAX, it
    either compiles with XLA or runs eagerly.
    """
    found = {"default": Mode({"tensorflow": "tf.function", "torch": "eager",
                              "jax": "XLA"}[engine])}  # fmt: skip
    if engine != "torch":
        found["eager"] = compiled_mode("eager", run_eagerly=True)
    if engine == "tensorflow":
        found["xla"] = compiled_mode("XLA", jit_compile=True)
        found["steps"] = compiled_mode(
            "steps_per_execution=16", steps_per_execution=16
        )
        found["autotuned"] = Mode("tf.data autotuned", during=quiet.autotuned)
    found["given_back"] = Mode(
        "freed memory given back", during=glibc.given_back
    )
    found["bfloat16"] = Mode(
        "mixed_bfloat16",
        "bfloat16",
        during=partial(policy, name="mixed_bfloat16"),
        prepare=needs_fit,
    )
    return found


# === Loops ==================================================================


@contextmanager
def one_batch() -> Iterator[None]:
    """Replace `predict` by `predict_on_batch`, as Keras advises for one batch.

    `predict` builds a pipeline and calls callbacks, which takes 50 ms even
    for a single sample.
    """

    def predict(self: Any, x: Any, *_: Any, **__: Any) -> Any:
        return self.predict_on_batch(x)

    with replaced(keras.Model, predict=predict):
        yield


def steps(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[int], None]:
    """Return a function (count) that trains on batches in memory.

    It calls the step function that `fit` calls; on engines other than
    TensorFlow it calls `train_on_batch`. The other work of `fit` is left out.
    If an epoch ends with a smaller batch, `fit` compiles the step for any
    batch size, and so does this function.
    """
    if hasattr(module, "train_step"):
        return own_steps(module, model, arrays, config)
    batch = min(config.batch_size, len(arrays))
    some = arrays.head(min(HELD * batch, len(arrays) // batch * batch))
    fitted, args, _ = call_of_fit(module, model, some, config)
    batches = [
        tuple(part(a, slice(start, start + batch)) for a in args)
        for start in range(0, len(some), batch)
    ]
    fitted.fit(*batches[0], batch_size=batch, epochs=1)
    if keras.backend.backend() != "tensorflow":

        def take_batches(count: int) -> None:
            for index in range(count):
                fitted.train_on_batch(*batches[index % len(batches)])

        return take_batches

    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices(as_fit_does(args))
    data = data.batch(batch, drop_remainder=len(arrays) % batch == 0)
    iterator = iter(data.cache().repeat())
    for _ in batches:  # fill the cache in memory
        next(iterator)

    def take(count: int) -> None:
        logs = None
        each = fitted.steps_per_execution
        for _ in range(max(1, count // each)):
            logs = fitted.train_function(iterator)
        for value in (logs or {}).values():
            np.asarray(value)  # wait until it is computed

    return take


def idiom(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[int, int], None]:
    """Return a function that trains with the textbook's feeding of the data.

    The task's data module says how, in `BOOK_FEEDS`: "folders" of pictures,
    one for each class, decoded anew in every epoch; a "pipeline" of tf.data,
    shuffled and batched; arrays given to `fit` where it says nothing. A loop
    written by hand stays eager. Model, loss and optimizer are the half's own,
    so only the feeding differs.
    """
    if hasattr(module, "train_step"):
        return partial(by_hand, module, model, arrays, config)
    fitted, args, _ = call_of_fit(module, model, arrays, config)
    feeds = book_feeds(module)

    def fit_arrays(epochs: int, samples: int) -> None:
        some = [first(a, samples) for a in args]
        fitted.fit(*some, batch_size=config.batch_size, epochs=epochs)

    def fit_pipeline(epochs: int, samples: int) -> None:
        import tensorflow as tf

        some = tuple(first(a, samples) for a in args)
        data = tf.data.Dataset.from_tensor_slices(as_fit_does(some))
        data = data.shuffle(samples).batch(config.batch_size)
        fitted.fit(data, epochs=epochs)

    if feeds == "folders":
        folders = Folders(arrays, args[0])

        def fit_folders(epochs: int, samples: int) -> None:
            data = folders.batches(config.batch_size, samples)
            fitted.fit(data, epochs=epochs)

        return fit_folders
    return fit_pipeline if feeds == "pipeline" else fit_arrays


def book_feeds(module: Any) -> str:
    """Return how the book feeds a half's task, as its data module says."""
    stem = module.__name__.rpartition(".")[2]
    return getattr(import_module(f"shared_data.{stem}"), "BOOK_FEEDS", "arrays")


def again(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[int, int], None]:
    """Return a function that repeats the half's call of `fit`, or its loop."""
    if hasattr(module, "train_step"):

        def own(epochs: int, samples: int) -> None:
            some = replace(config, epochs=epochs)
            module.train(model, arrays.head(samples), some)

        return own
    fitted, args, kwargs = call_of_fit(module, model, arrays, config)

    def run(epochs: int, samples: int) -> None:
        some = [first(a, samples) for a in args]
        fitted.fit(*some, **{**kwargs, "epochs": epochs})

    return run


def by_hand(
    module: Any,
    model: Any,
    arrays: Arrays,
    config: Any,
    epochs: int,
    samples: int,
) -> None:
    """Train in a loop that slices each batch from the arrays when needed."""
    loss_fn = module.make_loss(config)
    optimizer = module.make_optimizer(config, model)
    some = arrays.head(samples)
    for _ in range(epochs):
        for start in range(0, len(some), config.batch_size):
            batch = slice(start, start + config.batch_size)
            loss = module.train_step(
                model,
                optimizer,
                loss_fn,
                module.to_inputs(some.inputs[batch]),
                ops.convert_to_tensor(some.targets[batch]),
            )
            float(loss)


# === Ceilings ========================================================


def matrices(size: int, dtype: str) -> Callable[[], Any]:
    """Return a function that multiplies two square matrices."""
    left, right = (
        ops.cast(keras.random.normal((size, size), seed=seed), dtype)
        for seed in (0, 1)
    )
    return lambda: finish(ops.matmul(left, right))


def triad(count: int) -> Callable[[], Any]:
    """Return a function that computes STREAM's triad, a = b + s * c.

    The vectors hold `count` float32 values.
    """
    b, c = ops.ones(count), ops.ones(count)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        # One loop over memory, like PyTorch's `add` with `alpha`.
        fused = tf.function(lambda: b + 3.0 * c, jit_compile=True)
        return lambda: finish(fused())
    return lambda: finish(b + 3.0 * c)


def finish(value: Any) -> None:
    """Wait until a value is computed, without copying all of it."""
    np.asarray(ops.convert_to_numpy(value[:1]))


class KerasTiming(Timing):
    """Implements `Timing` for Keras halves."""

    modes = modes(BACKEND)

    def steady(self) -> list[str]:
        return quiet.told(BACKEND)

    def one_batch(self) -> AbstractContextManager[None]:
        return one_batch()

    def steps(self, *given: Any) -> Callable[[int], None]:
        return steps(*given)

    def idiom(self, *given: Any) -> Loop:
        return idiom(*given)

    def again(self, *given: Any) -> Loop:
        return again(*given)

    def streaming(self, *given: Any) -> Callable[[Arrays], None]:
        return stream(*given)

    def limits(self) -> dict[str, float]:
        return ceilings.measured(matrices, triad)
