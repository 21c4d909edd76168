"""Records what a PyTorch half's model and training do.

Twin: keras/recorder.py.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch.nn.utils import rnn

from comparisons.sides.replacing import replaced
from comparisons.sides.torch.keras_formulas import float32
from comparisons.sides.wire import OPTIMIZER_SETTINGS, State, by_name

LOSSES = {
    "CrossEntropyLoss": "cross entropy",
    "BCEWithLogitsLoss": "binary cross entropy",
    "BCELoss": "binary cross entropy",
    "MSELoss": "mean squared error",
    "L1Loss": "mean absolute error",
    "HuberLoss": "huber",
}
# Keras' names for PyTorch's settings.
SETTINGS = {"lr": "learning_rate", "alpha": "rho", "eps": "epsilon"}


def named_weights(model: Any) -> dict[str, Any]:
    """Return every weight by its name in `state_dict()`.

    A model may be a plain dict of tensors. Counters such as
    `num_batches_tracked` have no Keras twin and are left out.
    """
    tensors = model if isinstance(model, dict) else model.state_dict()
    return {
        name: tensor
        for name, tensor in tensors.items()
        if not name.endswith("num_batches_tracked")
    }


def trainable_weights(model: Any) -> dict[str, Any]:
    tensors = model if isinstance(model, dict) else named_parameters(model)
    return {name: w for name, w in tensors.items() if w.requires_grad}


def named_parameters(model: Any) -> dict[str, Any]:
    return dict(model.named_parameters())


def state_of(model: Any) -> State:
    return {
        name: tensor.detach().cpu().numpy().copy()
        for name, tensor in named_weights(model).items()
    }


def describe_optimizer(optimizer: Any) -> dict[str, Any]:
    """Return an optimizer's settings; for a dict, prefixed by the name."""
    if isinstance(optimizer, dict):
        return by_name(describe_optimizer, optimizer)
    if not isinstance(optimizer, torch.optim.Optimizer):
        return {
            "name": optimizer.name,
            "learning_rate": optimizer.learning_rate,
        }
    config = dict(optimizer.param_groups[0])
    for name in ("momentum", "centered", "nesterov"):
        per_group = {group.get(name) for group in optimizer.param_groups}
        if len(per_group) > 1:
            config[name] = f"differs by group: {sorted(map(str, per_group))}"
    config |= {
        SETTINGS[name]: config[name] for name in SETTINGS.keys() & config.keys()
    }
    if "betas" in config:
        config["beta_1"], config["beta_2"] = config["betas"]
    kind = type(optimizer).__name__
    decays = [
        f"{group['weight_decay']:g} decoupled"
        for group in optimizer.param_groups
        if group.get("weight_decay") and group.get("decoupled_weight_decay")
    ]
    everywhere = len(decays) == len(optimizer.param_groups)
    return {
        "name": "Adam" if kind == "AdamW" else kind,
        "learning_rate": float(config["learning_rate"]),
        # A coupled decay is a penalty: see `describe_decay`.
        "weight_decay": ", ".join(sorted({*decays})) or "none",
        **({} if everywhere or not decays else {"decays": "in some groups"}),
        **{name: config[name] for name in OPTIMIZER_SETTINGS if name in config},
        # Keras has no such settings: given only if they are in use.
        **{
            name: config[name]
            for name in ("dampening", "maximize")
            if config.get(name)
        },
    }


def describe_decay(model: Any, optimizer: Any) -> dict[str, float]:
    """Return the factor with which decay adds each weight to its gradient."""
    factors = coupled_decay(optimizer)
    return {
        name: factors[id(weight)]
        for name, weight in trainable_weights(model).items()
        if id(weight) in factors
    }


def coupled_decay(optimizer: Any) -> dict[int, float]:
    """Return each coupled `weight_decay` by its parameter's `id()`."""
    if isinstance(optimizer, dict):
        return {
            k: v
            for o in optimizer.values()
            for k, v in coupled_decay(o).items()
        }
    return {
        id(parameter): float(group["weight_decay"])
        for group in getattr(optimizer, "param_groups", [])
        for parameter in group["params"]
        if group.get("weight_decay") and not group.get("decoupled_weight_decay")
    }


def describe_loss(loss: Any) -> dict[str, Any]:
    """Return a loss' settings; for a dict, prefixed by the name."""
    if isinstance(loss, dict):
        return by_name(describe_loss, loss)
    kind = type(loss).__name__
    if kind not in LOSSES:
        return {"name": "its own"}
    return {
        "name": LOSSES[kind],
        "logits": kind != "BCELoss",
        "reduction": loss.reduction,
        "label_smoothing": getattr(loss, "label_smoothing", 0.0),
    }


@contextmanager
def recorded_outputs(model: Any, outputs: State) -> Iterator[None]:
    """Record the output of each layer with weights inside the block.

    Channels are moved last, as in Keras. For a recurrent layer the sequence is
    recorded and, as `name:last`, the final state, which Keras returns by
    default. For a bidirectional layer the sums of both directions are recorded
    too, as `name:sum` and `name:last sum`.
    """

    def record(name: str) -> Any:
        def hook(module: Any, args: Any, output: Any) -> None:
            if isinstance(module, torch.nn.LSTM | torch.nn.GRU | torch.nn.RNN):
                sequence, state = output
                hidden = state[0] if isinstance(state, tuple) else state
                directions = 2 if module.bidirectional else 1
                last = torch.cat(list(hidden[-directions:]), dim=-1)
                if isinstance(sequence, rnn.PackedSequence):
                    sequence, _ = rnn.pad_packed_sequence(
                        sequence, batch_first=True
                    )
                for key, value in (("last", last), ("", sequence)):
                    keep(f"{name}:{key}".rstrip(":"), value)
                    if directions == 2:
                        both = sum(value.chunk(2, dim=-1))
                        keep(f"{name}:{key} sum".replace(": ", ":"), both)
                return
            output = output[0] if isinstance(output, tuple) else output
            if not isinstance(output, torch.Tensor):
                return  # a block of the half's own
            if is_spatial(module) and output.ndim > 2:
                output = output.movedim(1, -1)
            keep(name, output)

        return hook

    def keep(name: str, output: Any) -> None:
        # A copy: a later in-place operation may change the output.
        outputs[name] = output.detach().cpu().numpy().copy()

    modules = {} if isinstance(model, dict) else dict(model.named_modules())
    handles = [
        module.register_forward_hook(record(name))
        for name, module in modules.items()
        if name and any(True for _ in module.parameters())
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def is_spatial(module: Any) -> bool:
    """Return whether the layer's output has channels as its second axis."""
    kind = type(module).__name__
    return kind.startswith(
        ("Conv", "Separable", "Depthwise", "BatchNorm", "GroupNorm")
    )


@contextmanager
def dropout_off() -> Iterator[list[str]]:
    """Replace dropout by the identity; yield the rates it is called with."""
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

    attention = F.scaled_dot_product_attention

    def whole(query: Any, key: Any, *args: Any, **kwargs: Any) -> Any:
        rate = kwargs.pop("dropout_p", 0.0)
        if rate > 0:
            scores = math.prod(query.shape[1:-1]) * key.shape[-2]
            rates.append(f"{rate:g} of {scores} values")
        return attention(query, key, *args, **kwargs)

    blocks = ("dropout1d", "dropout2d", "dropout3d")
    with (
        replaced(F, scaled_dot_product_attention=whole),
        replaced(F, dropout=identity("values")),
        replaced(F, **{name: identity("values in blocks") for name in blocks}),
    ):
        yield rates


class Recorder:
    """Records a training's losses, first gradients and early weights."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.losses: list[float] = []
        self.gradients: State = {}
        self.after_one: State = {}

    def watch_step(self, train_step: Any) -> Any:
        """Record losses, and the weights after the first step.

        The weights are read just before the second step. Several losses of
        one step are added up.
        """

        def recording_step(*args: Any, **kwargs: Any) -> Any:
            if len(self.losses) == 1:
                self.after_one = state_of(self.model)
            loss = train_step(*args, **kwargs)
            parts = loss.values() if isinstance(loss, dict) else [loss]
            self.losses.append(float(sum(parts)))
            return loss

        return recording_step

    def watch(self, optimizer: Any) -> Any:
        """Record gradients after PyTorch has clipped them, before the update.

        A coupled weight decay counts as part of the gradient, like a penalty.
        """
        if isinstance(optimizer, dict):
            return {name: self.watch(one) for name, one in optimizer.items()}
        factors = coupled_decay(optimizer)
        groups = getattr(optimizer, "param_groups", None)
        held = groups and {id(p) for group in groups for p in group["params"]}

        def keep_gradients(*_: Any) -> None:
            """Record them before the first step's update only."""
            if self.losses:
                return
            for name, weight in trainable_weights(self.model).items():
                others = held and id(weight) not in held
                if others or weight.grad is None:
                    continue
                factor = float32(factors.get(id(weight), 0.0))
                gradient = weight.grad + factor * weight.detach()
                self.gradients[name] = gradient.cpu().numpy().copy()

        if isinstance(optimizer, torch.optim.Optimizer):
            optimizer.register_step_pre_hook(keep_gradients)
            return optimizer
        apply = optimizer.apply
        names = {id(weight): name for name, weight in self.model.items()}

        def recording_apply(gradients: Any) -> Any:
            if not self.losses:
                for gradient, variable in zip(
                    gradients, optimizer.variables, strict=True
                ):
                    array = gradient.detach().cpu().numpy().copy()
                    self.gradients[names[id(variable)]] = array
            return apply(gradients)

        optimizer.apply = recording_apply
        return optimizer
