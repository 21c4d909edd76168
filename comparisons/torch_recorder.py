"""What can be seen of a PyTorch half at work; twin: keras_recorder.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
import torch.nn.functional as F

from comparisons.side import State

LOSSES = {
    "CrossEntropyLoss": "cross entropy",
    "BCEWithLogitsLoss": "binary cross entropy",
    "BCELoss": "binary cross entropy",
    "MSELoss": "mean squared error",
    "L1Loss": "mean absolute error",
    "HuberLoss": "huber",
}
# Keras' words for PyTorch's settings.
SETTINGS = {"lr": "learning_rate", "alpha": "rho", "eps": "epsilon"}


def state_of(model: Any) -> State:
    return {
        name: tensor.detach().cpu().numpy().copy()
        for name, tensor in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def describe_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    config = dict(optimizer.param_groups[0])
    for name in ("weight_decay", "momentum", "centered", "nesterov"):
        per_group = {group.get(name) for group in optimizer.param_groups}
        if len(per_group) > 1:
            config[name] = f"differs by group: {sorted(map(str, per_group))}"
    config |= {
        SETTINGS[name]: config[name] for name in SETTINGS.keys() & config.keys()
    }
    if "betas" in config:
        config["beta_1"], config["beta_2"] = config["betas"]
    kind = type(optimizer).__name__
    decay = config.get("weight_decay") or 0.0
    way = "decoupled" if config.get("decoupled_weight_decay") else "coupled"
    return {
        "name": "Adam" if kind == "AdamW" else kind,
        "learning_rate": float(config["learning_rate"]),
        "weight_decay": f"{decay:g} {way}" if decay else "none",
        **{
            name: config[name]
            for name in ("rho", "momentum", "epsilon", "centered", "nesterov")
            + ("beta_1", "beta_2", "amsgrad")
            if name in config
        },
        # Keras has none of these: named only where they are used.
        **{
            name: config[name]
            for name in ("dampening", "maximize")
            if config.get(name)
        },
    }


def describe_loss(loss: Any) -> dict[str, Any]:
    kind = type(loss).__name__
    return {
        "name": LOSSES.get(kind, "its own"),
        "logits": kind != "BCELoss",
        "reduction": getattr(loss, "reduction", "its own"),
        "label_smoothing": getattr(loss, "label_smoothing", 0.0),
    }


@contextmanager
def recorded_outputs(model: Any, outputs: State) -> Iterator[None]:
    """Write down what each layer with weights gives while the block runs.

    Channels go last, as in Keras. A recurrent layer gives its sequence and,
    under `name:last`, the final state that Keras returns by default.
    """

    def record(name: str) -> Any:
        def hook(module: Any, args: Any, output: Any) -> None:
            if isinstance(module, torch.nn.LSTM | torch.nn.GRU | torch.nn.RNN):
                sequence, state = output
                hidden = state[0] if isinstance(state, tuple) else state
                directions = 2 if module.bidirectional else 1
                last = torch.cat(list(hidden[-directions:]), dim=-1)
                outputs[f"{name}:last"] = last.cpu().numpy()
                output = sequence
            output = output[0] if isinstance(output, tuple) else output
            if is_spatial(module) and output.ndim > 2:
                output = output.movedim(1, -1)
            outputs[name] = output.cpu().numpy()

        return hook

    handles = [
        module.register_forward_hook(record(name))
        for name, module in model.named_modules()
        if name and any(True for _ in module.parameters(recurse=False))
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def is_spatial(module: Any) -> bool:
    """Whether the layer keeps channels in second place."""
    kind = type(module).__name__
    return kind.startswith(("Conv", "BatchNorm", "GroupNorm", "KerasBatchNorm"))


@contextmanager
def dropout_off() -> Iterator[list[str]]:
    """Replace dropout by the identity; yield the rates it is asked for."""
    rates: list[str] = []

    def identity(what: str) -> Any:
        def dropout(
            input: Any,
            p: float = 0.5,
            training: bool = True,
            *_: Any,
            **__: Any,
        ) -> Any:
            if training and p > 0:
                rates.append(f"{p:g} of {input[0].numel()} {what}")
            return input

        return dropout

    blocks = ("dropout1d", "dropout2d", "dropout3d")
    with (
        mock.patch.object(F, "dropout", identity("values")),
        mock.patch.multiple(
            F, **{name: identity("values in blocks") for name in blocks}
        ),
    ):
        yield rates


class Recorder:
    """Writes a training run down as it goes."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.losses: list[float] = []
        self.gradients: State = {}
        self.after_one: State = {}

    def begin_step(self) -> None:
        if len(self.losses) == 1:
            self.after_one = state_of(self.model)

    def watch(self, optimizer: torch.optim.Optimizer) -> Any:
        def keep_gradients(*_: Any) -> None:
            if not self.losses:
                self.gradients = {
                    name: parameter.grad.cpu().numpy().copy()
                    for name, parameter in self.model.named_parameters()
                    if parameter.grad is not None
                }

        optimizer.register_step_pre_hook(keep_gradients)
        return optimizer
