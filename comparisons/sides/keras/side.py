"""The Keras side of the harness; twin: torch/side.py.

Only this side imports the Keras halves. It runs in a process of its own.
Weights are NumPy arrays by Keras path.
"""

import gc
import math
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from typing import Any

import keras
import keras.src.backend
import numpy as np

from comparisons.sides import memory
from comparisons.sides.keras import backends
from comparisons.sides.keras.backends import eagerly
from comparisons.sides.keras.recorder import (
    Recorder,
    describe_decay,
    describe_loss,
    describe_optimizer,
    dropout_off,
    is_recurrent,
    layers_of,
    named_weights,
    recorded_outputs,
    state_of,
    trainable_weights,
)
from comparisons.sides.keras.timing import KerasTiming
from comparisons.sides.memory_work import Bytes
from comparisons.sides.replacing import replaced
from comparisons.sides.wire import (
    Description,
    Half,
    Recording,
    State,
    Training,
)

# Float64 trainings run eagerly if steps times weights are at most this: then
# compiling takes longer than running. Recurrent layers are the exception.
# Float32 trainings are always compiled, as users run them: fused operations
# round differently.
LINE_BY_LINE = 500


class KerasSide(KerasTiming):
    """Runs Keras halves."""

    def start(self, threads: int, device: str) -> dict[str, Any]:
        """Set threads and precision; return versions and the device in use."""
        keras.config.disable_interactive_logging()
        # Garbage collections then skip the objects that the imports created.
        gc.freeze()
        facts = backends.start(threads, device)
        self.share_cores(threads)
        return {"keras": keras.__version__, **facts}

    def use_threads(self, count: int) -> None:
        """Set the number of CPU threads; only the PyTorch engine can."""
        if keras.backend.backend() == "torch":
            import torch  # noqa: TID251

            torch.set_num_threads(count)

    def use_precision(self, dtype: str) -> None:
        backends.use_precision(dtype)

    def seed(self, seed: int) -> None:
        keras.utils.set_random_seed(seed)

    def build(
        self, half: Half, config: Any, dtype: str, weights: State | None
    ) -> Any:
        # TensorFlow keeps every graph that it trained. A garbage collection
        # visits them all and soon takes longer than building the model.
        keras.backend.clear_session(free_memory=False)
        backends.use_precision(dtype)
        model = half.load().build_model(config)
        backends.check(model)
        if weights is not None:
            for name, variable in named_weights(model).items():
                variable.assign(weights[name])
        return model

    def state_of(self, model: Any) -> State:
        return state_of(model)

    def read_weights(self, half: Half, config: Any, path: str) -> State:
        """Return the weights in a Keras file, without running code from it.

        Raises:
            TypeError: the model is a dict of variables.
        """
        model = self.build(half, config, "float32", None)
        if isinstance(model, dict):
            raise TypeError("its model is a dict, which Keras cannot load")
        model.load_weights(path)
        return self.state_of(model)

    def write_weights(
        self, half: Half, config: Any, weights: State, path: str
    ) -> None:
        """Write the half's model with these weights to .keras or .weights.h5.

        Raises:
            TypeError: the model is a dict of variables, or has a layer that
                .keras cannot hold.
        """
        model = self.build(half, config, "float32", weights)
        if isinstance(model, dict):
            raise TypeError("its model is a dict, which Keras cannot save")
        if path.endswith(".weights.h5"):
            model.save_weights(path)
            return
        try:
            model.save(path)
        except NotImplementedError:
            raise TypeError(
                "it has layers of its own without get_config(), which Keras "
                "cannot write to .keras; name a file of .weights.h5"
            ) from None

    def describe(self, half: Half, config: Any, dtype: str) -> Description:
        """Return layers, parameter counts and settings in shared terms."""
        module = half.load()
        model = self.build(half, config, dtype, None)
        trained = trainable_weights(model)
        settings: dict[str, Any] = {}
        if hasattr(module, "make_optimizer"):
            optimizer = module.make_optimizer(config, model)
            settings = {
                "optimizer": describe_optimizer(optimizer),
                "decay": describe_decay(model, optimizer),
                "loss": describe_loss(module.make_loss(config)),
            }
        return Description(
            trainable=sum(int(np.prod(w.shape)) for w in trained.values()),
            trained=sorted(trained),
            layers=layers_of(model),
            **settings,
        )

    def training(self, half: Half, asked: Training) -> Recording:
        """Run the half's own `train` and record what it does."""
        model = self.build(half, asked.config, asked.dtype, asked.weights)
        module = half.load()
        arrays = asked.split.read(asked.dtype)
        recorder = Recorder(model, asked.steps)
        original = module.make_optimizer

        def make_optimizer(*args: Any) -> Any:
            return recorder.watch(original(*args))

        with dropout_off() as dropped, ExitStack() as stack:
            short = asked.steps * len(recorder.weights) <= LINE_BY_LINE
            double = asked.dtype == "float64"
            if short and double and not is_recurrent(model):
                stack.enter_context(eagerly())
            replace_in = partial(replaced, module)
            stack.enter_context(replace_in(make_optimizer=make_optimizer))
            if hasattr(module, "train_step"):
                step = recorder.watch_step(module.train_step, keep_loss=True)
                stack.enter_context(replace_in(train_step=step))
            epoch_losses = module.train(
                model, arrays, asked.config, shuffle=asked.shuffle
            )
        taken = recorder.notes.taken()
        after_one, final = (
            recorder.notes.read(recorder.after_one),
            self.state_of(model),
        )
        answers = None
        if asked.test:
            answers = module.predict(model, asked.test.read(asked.dtype).inputs)
        return Recording(
            side="keras",
            epoch_losses=np.array(epoch_losses),
            losses=recorder.told(taken),
            gradients=recorder.notes.read(recorder.gradients),
            after_one=after_one if taken > 1 else final,
            final=final,
            predictions=answers,
            dropouts=dropped[: len(dropped) // max(recorder.traced, 1)],
            aligned=[],
        )

    def recorded(
        self, model: Any, outputs: State
    ) -> AbstractContextManager[None]:
        return recorded_outputs(model, outputs)

    def dropout_off(self) -> AbstractContextManager[list[str]]:
        return dropout_off()

    def synchronize(self) -> None:
        """Wait for the device; JAX's `fit` and `predict` already wait."""
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            tf.test.experimental.sync_devices()
        elif keras.backend.backend() == "torch":
            import torch  # noqa: TID251

            if torch.cuda.is_available():
                torch.cuda.synchronize()

    def mode(self, model: Any) -> str:
        """Return the engine and how it runs; a dict of weights runs eagerly."""
        backend = keras.backend.backend()
        graph = backend == "tensorflow" and isinstance(model, keras.Model)
        way = "graph" if graph else "eager"
        way = "XLA" if getattr(model, "jit_compile", False) else way
        return f"{backend} {way}, float32"

    def peaks(self) -> Any:
        if keras.backend.backend() == "tensorflow":
            return memory.tensorflow_peaks()
        if keras.backend.backend() != "torch":
            note = f"{memory.NO_CUDA}; no allocator statistics for this engine"
            return nullcontext((memory.empty_peaks(note), lambda: None))
        import torch  # noqa: TID251

        # Keras on PyTorch uses PyTorch's allocator.
        from comparisons.sides.torch import (  # noqa: TID251
            memory as torch_memory,
        )

        if torch.cuda.is_available():
            return memory.cuda_peaks(torch.cuda)
        return torch_memory.allocator_peaks()

    def inventory(self, model: Any, optimizers: list[Any]) -> Bytes:
        """Count the bytes that a training keeps.

        Learning rates and step counters of optimizers are left out.
        """
        weights = named_weights(model).values()
        trained = sum(map(bytes_of, trainable_weights(model).values()))
        total = sum(map(bytes_of, weights))
        slots = 0
        for optimizer in optimizers:
            if isinstance(optimizer, keras.optimizers.Optimizer):
                clocks = optimizer.iterations, optimizer._learning_rate
                slots += sum(
                    bytes_of(variable)
                    for variable in optimizer.variables
                    if all(variable is not clock for clock in clocks)
                )
        return Bytes(total, total - trained, trained, slots)


def bytes_of(variable: Any) -> int:
    item = np.dtype(keras.backend.standardize_dtype(variable.dtype)).itemsize
    return math.prod(variable.shape) * item


SIDE = KerasSide()
