"""The Keras side of the harness; twin: torch_side.py.

The only module that imports the Keras halves. It runs in a process of its
own and knows nothing of PyTorch. Weights are NumPy arrays by Keras path.
"""

import gc
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from unittest import mock

import keras
import keras.src.backend
import numpy as np

from comparisons import memory
from comparisons.keras_recorder import (
    Recorder,
    describe_loss,
    describe_optimizer,
    dropout_off,
    path_of,
    recorded_outputs,
    state_of,
)
from comparisons.side import WAY, Half, Split, State, stopwatch
from comparisons.weights import Layer, variable_name


def start(threads: int, device: str) -> dict[str, Any]:
    """Fix threads and precision; return versions and the device in use."""
    keras.config.disable_interactive_logging()
    # Every clear_session collects garbage: spare it what the imports made.
    gc.freeze()
    facts = {"keras": keras.__version__, "backend": keras.backend.backend()}
    if facts["backend"] == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        # One thread starves tf.data and makes timing bimodal (measured).
        tf.config.threading.set_inter_op_parallelism_threads(2)
        tf.config.experimental.enable_tensor_float_32_execution(False)
        gpus = tf.config.list_physical_devices("GPU")
        for gpu in gpus:  # or TensorFlow takes the whole card
            tf.config.experimental.set_memory_growth(gpu, True)
        facts["backend_version"] = tf.__version__
        facts["device"] = "cuda" if gpus and device != "cpu" else "cpu"
    elif facts["backend"] == "torch":
        import torch

        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        facts["backend_version"] = str(torch.__version__)
        facts["device"] = "cuda" if torch.cuda.is_available() else "cpu"
    return facts


def build(half: Half, config: Any, dtype: str, weights: State | None) -> Any:
    # Without a collection: TensorFlow keeps every graph that it trained, and
    # to look through them all soon takes longer than to build.
    keras.backend.clear_session(free_memory=False)
    keras.config.set_floatx(dtype)
    model = half.load().build_model(config)
    if weights is not None:
        for variable in model.weights:
            variable.assign(weights[path_of(model, variable)])
    return model


# === The ladder =============================================================


def describe(half: Half, config: Any, dtype: str) -> dict[str, Any]:
    """Return layers, parameter counts and settings, in the common words."""
    module = half.load()
    model = build(half, config, dtype, None)
    optimizer = module.make_optimizer(config, model)
    optimizer.build(model.trainable_variables)
    layers = [
        Layer(
            layer.name,
            kind_of(layer),
            {
                variable_name(weight.path, layer.name): tuple(weight.shape)
                for weight in layer.weights
            },
        )
        for layer in model.layers
        if layer.weights
    ]
    return {
        "layers": layers,
        "trainable": sum(
            int(np.prod(w.shape)) for w in model.trainable_weights
        ),
        "optimizer": describe_optimizer(optimizer),
        "loss": describe_loss(module.make_loss(config)),
    }


def kind_of(layer: Any) -> str:
    kind = type(layer).__name__
    if kind == "Bidirectional":
        kind += f"({type(layer.forward_layer).__name__})"
    return kind


def initial(half: Half, config: Any, dtype: str, seed: int) -> State:
    """Return the weights that the half draws for itself."""
    keras.utils.set_random_seed(seed)
    return state_of(build(half, config, dtype, None))


def round_trip(half: Half, config: Any, dtype: str, weights: State) -> State:
    """Put weights into a model and read them back."""
    return state_of(build(half, config, dtype, weights))


def forward(
    half: Half,
    config: Any,
    dtype: str,
    weights: State,
    split: Split,
    aligned: bool,
) -> dict[str, Any]:
    """Return predictions, scores and what every named layer gives.

    A layer's output is taken before its built-in activation, where the
    PyTorch layer of the same name ends.
    """
    model = build(half, config, dtype, weights)
    arrays = split.read(dtype)
    module = half.load()
    outputs: State = {}
    with dropout_off() as dropped:
        predictions = module.predict(model, arrays.inputs)
        scores = module.evaluate(model, arrays)
        with recorded_outputs(model, outputs):
            model(module.to_inputs(arrays.inputs[:WAY]), training=False)
    return {
        "predictions": predictions,
        "scores": scores,
        "layers": outputs,
        "dropouts": dropped,
        "aligned": [],
    }


def training(
    half: Half,
    config: Any,
    dtype: str,
    weights: State,
    split: Split,
    test: Split | None,
    steps: int,
    aligned: bool,
    shuffle: bool = False,
) -> dict[str, Any]:
    """Run the half's own `train` and record what it does.

    Returns what `train` does, each step's loss, the gradients of the first
    step as the update rule receives them, the weights after one step and at
    the end.
    """
    model = build(half, config, dtype, weights)
    module = half.load()
    arrays = split.read(dtype)
    recorder = Recorder(model, steps)
    original = module.make_optimizer

    def make_optimizer(*args: Any) -> Any:
        return recorder.watch(original(*args))

    with (
        dropout_off() as dropped,
        mock.patch.object(module, "make_optimizer", make_optimizer),
    ):
        epoch_losses = module.train(model, arrays, config, shuffle=shuffle)
    taken = int(recorder.step.numpy())
    final = state_of(model)
    answers = test and module.predict(model, test.read(dtype).inputs)
    return {
        "side": "keras",
        "epoch_losses": np.array(epoch_losses),
        "losses": np.array(recorder.losses)[:taken],
        "gradients": recorder.read(recorder.gradients),
        "after_one": recorder.read(recorder.after_one) if taken > 1 else final,
        "final": final,
        "predictions": answers,
        "dropouts": dropped[: len(dropped) // max(recorder.traced, 1)],
        "aligned": [],
    }


# === Accuracy ===============================================================


def learn(
    half: Half,
    config: Any,
    weights: State | None,
    train: Split,
    test: Split,
    seed: int,
) -> dict[str, Any]:
    """Train once as the half's own people would; return scores and answers."""
    module = half.load()
    config = replace(config, seed=seed)
    keras.utils.set_random_seed(seed)
    model = build(half, config, "float32", weights)
    # Building draws random numbers; training starts from the same place
    # whether the weights were drawn or given.
    keras.utils.set_random_seed(seed)
    arrays, held_out = train.read(), test.read()
    with stopwatch() as spent:
        losses = module.train(model, arrays, config)
    return {
        "losses": [float(loss) for loss in losses],
        "scores": module.evaluate(model, held_out),
        "predictions": module.predict(model, held_out.inputs),
        "seconds": spent["wall_s"],
    }


# === Speed and memory =======================================================

_living: dict[str, Any] = {}


def warm_up(
    half: Half, config: Any, train: Split, test: Split
) -> dict[str, Any]:
    """Build, compile and train one epoch; keep what the blocks will run.

    Steady state is the half's own `fit` call again, on the compiled model.
    """
    module = half.load()
    config = replace(config, epochs=1)
    arrays, held_out = train.read(), test.read()
    keras.utils.set_random_seed(config.seed)
    with stopwatch() as building:
        model = build(half, config, "float32", None)
    calls: list[tuple[Any, Any]] = []
    fit = model.fit

    def recording_fit(*args: Any, **kwargs: Any) -> Any:
        calls.append((args, kwargs))
        return fit(*args, **kwargs)

    object.__setattr__(model, "fit", recording_fit)
    batch = min(config.batch_size, len(arrays))
    first = replace(train, samples=batch).read()
    with stopwatch() as first_step:
        module.train(model, first, config)
    module.train(model, arrays, config)
    module.predict(model, held_out.inputs)
    args, kwargs = calls[-1]

    def train_epochs(epochs: int) -> None:
        fit(*args, **{**kwargs, "epochs": epochs})

    def predict_rounds(rounds: int) -> None:
        for _ in range(rounds):
            module.predict(model, held_out.inputs)

    _living.update(train=train_epochs, predict=predict_rounds)
    return {
        "build_s": building["wall_s"],
        "first_step_s": first_step["wall_s"],
        "samples": {"train": len(arrays), "predict": len(held_out)},
        "mode": f"{keras.backend.backend()} "
        + ("XLA" if model.jit_compile else "graph")
        + ", float32",
    }


def time_block(what: str, rounds: int) -> dict[str, float]:
    """Run `rounds` epochs or prediction passes; return wall and CPU seconds."""
    with stopwatch() as spent:
        _living[what](rounds)
        synchronize()
    return spent


def synchronize() -> None:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.test.experimental.sync_devices()


def measure_memory(half: Half, config: Any, train: Split) -> dict[str, Any]:
    """Train a little in this fresh process; return peaks in MiB.

    Run twice: once untouched for the process' own high-water mark, once for
    the allocator's live peak over a single step.
    """
    module = half.load()
    config = replace(config, epochs=1)
    keras.utils.set_random_seed(config.seed)
    arrays = train.read()
    model = build(half, config, "float32", None)
    before = memory.resident_mib()
    memory.reset_peak()
    module.train(model, arrays, config)
    host_peak = memory.peak_mib() - before
    batch = replace(train, samples=config.batch_size).read()
    with engine_peaks(model) as peaks:
        module.train(model, batch, config)
    return {"host_peak_mib": host_peak, **peaks}


def engine_peaks(model: Any) -> Any:
    if keras.backend.backend() == "tensorflow":
        return memory.tensorflow_peaks()
    import torch

    if torch.cuda.is_available():
        return memory.torch_peaks(model, "cuda")
    # PyTorch's tracker refuses the several calls of a Keras model's forward.
    note = f"{memory.NO_CUDA}; allocator not tracked for Keras on PyTorch"
    return nullcontext(memory.empty_peaks(note))
