"""The PyTorch side of the harness; twin: keras_side.py.

The only module that imports the PyTorch halves. It runs in a process of its
own and knows nothing of Keras. Weights are NumPy arrays by parameter name.
"""

from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import torch

from comparisons import memory
from comparisons.alignment import align_optimizer, keras_formulas
from comparisons.side import WAY, Half, Split, State, stopwatch
from comparisons.torch_recorder import (
    Recorder,
    describe_loss,
    describe_optimizer,
    dropout_off,
    recorded_outputs,
    state_of,
)

_device = "cpu"


def start(threads: int, device: str) -> dict[str, Any]:
    """Fix threads and precision; return versions and the device in use."""
    global _device
    torch.set_num_threads(threads)
    # TensorFlow flushes denormals; not to do so costs 2.5 times the time.
    torch.set_flush_denormal(True)
    torch.backends.cudnn.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
    cuda = torch.cuda.is_available()
    _device = "cuda" if cuda and device != "cpu" else "cpu"
    # A plain string: unpickling torch's own would import torch in the parent.
    return {"torch": str(torch.__version__), "device": _device}


def build(half: Half, config: Any, dtype: str, weights: State | None) -> Any:
    torch.set_default_dtype(getattr(torch, dtype))
    model = half.load().build_model(config)
    if weights is not None:
        tensors = {name: torch.from_numpy(w) for name, w in weights.items()}
        # Counters such as num_batches_tracked have no Keras twin.
        missing, unexpected = model.load_state_dict(tensors, strict=False)
        missing = [n for n in missing if not n.endswith("num_batches_tracked")]
        if missing or unexpected:
            raise ValueError(f"weights {missing + unexpected} have no twin")
    return model.to(_device)


# === The ladder =============================================================


def describe(half: Half, config: Any, dtype: str) -> dict[str, Any]:
    """Return shapes, parameter counts and settings, in the common words."""
    module = half.load()
    model = build(half, config, dtype, None)
    optimizer = module.make_optimizer(config, model)
    trainable = [p for p in model.parameters() if p.requires_grad]
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    return {
        "shapes": {
            name: array.shape for name, array in state_of(model).items()
        },
        "trainable": sum(p.numel() for p in trainable if id(p) in held),
        "optimizer": describe_optimizer(optimizer),
        "loss": describe_loss(module.make_loss(config)),
    }


def initial(half: Half, config: Any, dtype: str, seed: int) -> State:
    """Return the weights that the half draws for itself."""
    torch.manual_seed(seed)
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
    """Return predictions, scores and what every named layer gives."""
    model = build(half, config, dtype, weights)
    arrays = split.read(dtype)
    module = half.load()
    outputs: State = {}
    with (
        dropout_off() as dropped,
        keras_formulas(model, aligned) as used,
    ):
        predictions = module.predict(model, arrays.inputs)
        scores = module.evaluate(model, arrays)
        with recorded_outputs(model, outputs), torch.inference_mode():
            model.eval()
            model(module.to_inputs(arrays.inputs[:WAY]).to(_device))
    return {
        "predictions": predictions,
        "scores": scores,
        "layers": outputs,
        "dropouts": dropped,
        "aligned": used,
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
    the end. With
    `aligned`, Keras' formulas take the place of the native ones.
    """
    model = build(half, config, dtype, weights)
    module = half.load()
    arrays = split.read(dtype)
    recorder = Recorder(model)
    model.eval()  # as after a prediction: `train` must see to its own mode
    original, train_step = module.make_optimizer, module.train_step
    replaced: list[str] = []

    def make_optimizer(*args: Any) -> Any:
        optimizer = original(*args)
        if aligned:
            optimizer, names = align_optimizer(optimizer)
            replaced.extend(names)
        return recorder.watch(optimizer)

    def recording_step(*args: Any, **kwargs: Any) -> Any:
        recorder.begin_step()
        loss = train_step(*args, **kwargs)
        recorder.losses.append(float(loss))
        return loss

    with (
        dropout_off() as dropped,
        keras_formulas(model, aligned) as used,
        mock.patch.object(module, "make_optimizer", make_optimizer),
        mock.patch.object(module, "train_step", recording_step),
    ):
        epoch_losses = module.train(model, arrays, config, shuffle=shuffle)
        answers = test and module.predict(model, test.read(dtype).inputs)
    final = state_of(model)
    taken = len(recorder.losses)
    first_step = len(dropped) // max(taken, 1)
    return {
        "side": "torch",
        "epoch_losses": np.array(epoch_losses),
        "losses": np.array(recorder.losses),
        "gradients": recorder.gradients,
        "after_one": recorder.after_one if taken > 1 else final,
        "final": final,
        "predictions": answers,
        "dropouts": dropped[:first_step],
        "aligned": sorted({*replaced, *used}),
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
    torch.manual_seed(seed)
    model = build(half, config, "float32", weights)
    # Building draws random numbers; training starts from the same place
    # whether the weights were drawn or given.
    torch.manual_seed(seed)
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
    """Build and train one epoch; keep what the blocks will run.

    Steady state is the half's own `train` again, on the warmed-up model.
    """
    module = half.load()
    config = replace(config, epochs=1)
    arrays, held_out = train.read(), test.read()
    torch.manual_seed(config.seed)
    with stopwatch() as building:
        model = build(half, config, "float32", None)
    batch = min(config.batch_size, len(arrays))
    first = replace(train, samples=batch).read()
    with stopwatch() as first_step:
        module.train(model, first, config)
    module.train(model, arrays, config)
    module.predict(model, held_out.inputs)

    def train_epochs(epochs: int) -> None:
        module.train(model, arrays, replace(config, epochs=epochs))

    def predict_rounds(rounds: int) -> None:
        for _ in range(rounds):
            module.predict(model, held_out.inputs)

    _living.update(train=train_epochs, predict=predict_rounds)
    return {
        "build_s": building["wall_s"],
        "first_step_s": first_step["wall_s"],
        "samples": {"train": len(arrays), "predict": len(held_out)},
        "mode": "eager, float32",
    }


def time_block(what: str, rounds: int) -> dict[str, float]:
    """Run `rounds` epochs or prediction passes; return wall and CPU seconds."""
    with stopwatch() as spent:
        _living[what](rounds)
        synchronize()
    return spent


def synchronize() -> None:
    if _device == "cuda":
        torch.cuda.synchronize()


def measure_memory(half: Half, config: Any, train: Split) -> dict[str, Any]:
    """Train a little in this fresh process; return peaks in MiB.

    Run twice: once untouched for the process' own high-water mark, once for
    the allocator's live peak over a single step.
    """
    module = half.load()
    config = replace(config, epochs=1)
    torch.manual_seed(config.seed)
    arrays = train.read()
    model = build(half, config, "float32", None)
    before = memory.resident_mib()
    memory.reset_peak()
    module.train(model, arrays, config)
    host_peak = memory.peak_mib() - before
    batch = replace(train, samples=config.batch_size).read()
    with memory.torch_peaks(model, _device) as peaks:
        module.train(model, batch, config)
    return {"host_peak_mib": host_peak, **peaks}
