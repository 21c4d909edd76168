"""A reader's own files as halves: what they define, and what is added.

Runs in the process of a side, which imports one framework only.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from comparisons.common import Name
from comparisons.sides.wire import Half

TRAINING = ("make_loss", "make_optimizer")  # needed for the training rungs
_loaded: dict[tuple[Any, ...], Any] = {}


@dataclass(frozen=True)
class GuestConfig:
    """The `config` that a guest's functions may ask for."""

    seed: int = 0
    batch_size: int = 8
    epochs: int = 1
    learning_rate: float = 1e-3


@dataclass(frozen=True)
class Guest(Half):
    """A file that defines `build_model()` and, optionally, more.

    channels_first: whether PyTorch gets the last axis of floating-point arrays
        with three or more axes in second place. Its outputs are moved back.
    """

    name: Name = "keras"
    channels_first: bool = False

    def load(self) -> Any:
        """Return an object with the functions that every half has.

        Raises:
            AttributeError: the file defines no `build_model`.
        """
        module = super().load()
        key = module, self.name, self.channels_first
        if key not in _loaded:
            if not hasattr(module, "build_model"):
                raise AttributeError(f"{self.source} defines no build_model()")
            _loaded[key] = complete(module, self.name, self.channels_first)
        return _loaded[key]


def called(function: Callable[..., Any], **offered: Any) -> Any:
    """Call a function with those of the offered arguments that it accepts.

    Raises:
        TypeError: it needs an argument that is not offered.
    """
    parameters = inspect.signature(function).parameters.values()
    needed = {p.name for p in parameters if p.default is p.empty}
    if more := needed - offered.keys():
        raise TypeError(
            f"{function.__name__} needs {', '.join(sorted(more))}; expected "
            f"only {', '.join(offered)}"
        )
    taken = {p.name for p in parameters} & offered.keys()
    return function(**{name: offered[name] for name in taken})


def complete(module: Any, name: Name, channels_first: bool) -> Any:
    """Return the functions of a half: the file's own, else the harness'."""
    own = keras_ways() if name == "keras" else torch_ways(channels_first)
    if hasattr(module, "train"):
        return borrowed(module, own)
    guest = SimpleNamespace(
        build_model=lambda config: called(module.build_model, config=config),
        evaluate=lambda model, arrays: {},
    )
    guest.predict = getattr(module, "predict", own["predict"])
    if all(hasattr(module, function) for function in TRAINING):
        guest.make_loss = lambda config: called(module.make_loss, config=config)
        guest.make_optimizer = lambda config, model: called(
            module.make_optimizer, config=config, model=model
        )
        if name == "torch":
            guest.train_step = getattr(module, "train_step", own["train_step"])
        guest.train = lambda *a, **k: own["train"](guest, *a, **k)
    return guest


def borrowed(module: Any, own: dict[str, Callable[..., Any]]) -> Any:
    """Return a module with its own `train`, completed in place.

    Its loop looks up functions in the module itself, so the harness must
    watch them there.
    """
    added = own | {"evaluate": lambda model, arrays: {}}
    for name, function in added.items():
        if not hasattr(module, name):
            setattr(module, name, function)
    return module


# === Keras ==================================================================


def keras_ways() -> dict[str, Callable[..., Any]]:
    from keras import ops  # noqa: TID251

    def predict(model: Any, inputs: Any) -> np.ndarray:
        return np.asarray(ops.convert_to_numpy(model(inputs, training=False)))

    def train(
        guest: Any, model: Any, arrays: Any, config: Any, shuffle: bool = True
    ) -> list[float]:
        model.compile(
            optimizer=guest.make_optimizer(config, model),
            loss=guest.make_loss(config),
        )
        history = model.fit(
            arrays.inputs, arrays.targets, batch_size=config.batch_size,
            epochs=config.epochs, shuffle=shuffle, verbose=0,
        )  # fmt: skip
        return list(map(float, history.history["loss"]))

    return {"predict": predict, "train": train}


# === PyTorch ================================================================


def torch_ways(channels_first: bool) -> dict[str, Callable[..., Any]]:
    import torch  # noqa: TID251

    def moved(tensor: Any, source: int, target: int) -> Any:
        if channels_first and tensor.is_floating_point() and tensor.ndim > 2:
            return tensor.movedim(source, target).contiguous()
        return tensor

    def tensors(arrays: Any) -> Any:
        if isinstance(arrays, dict):
            return {name: tensors(array) for name, array in arrays.items()}
        tensor = torch.from_numpy(np.ascontiguousarray(arrays))
        if not tensor.is_floating_point():  # ids and classes
            tensor = tensor.long()
        return moved(tensor, -1, 1)

    def forward(model: Any, inputs: Any) -> Any:
        return model(**inputs) if isinstance(inputs, dict) else model(inputs)

    @torch.inference_mode()
    def predict(model: Any, inputs: Any) -> np.ndarray:
        model.eval()
        outputs = moved(forward(model, tensors(inputs)), 1, -1)
        return np.asarray(outputs.cpu().numpy())

    def train_step(
        model: Any, optimizer: Any, loss_fn: Any, inputs: Any, targets: Any
    ) -> Any:
        optimizer.zero_grad()
        loss = loss_fn(forward(model, inputs), targets)
        loss.backward()
        optimizer.step()
        return loss.detach()

    def train(
        guest: Any, model: Any, arrays: Any, config: Any, shuffle: bool = True
    ) -> list[float]:
        inputs, targets = tensors(arrays.inputs), tensors(arrays.targets)
        loss_fn = guest.make_loss(config)
        optimizer = guest.make_optimizer(config, model)
        losses = []
        model.train()
        for _ in range(config.epochs):
            order = torch.randperm if shuffle else torch.arange
            total = 0.0
            for batch in order(len(arrays)).split(config.batch_size):
                loss = guest.train_step(
                    model, optimizer, loss_fn,
                    taken(inputs, batch), taken(targets, batch),
                )  # fmt: skip
                total += float(loss) * len(batch)
            losses.append(total / len(arrays))
        return losses

    def taken(some: Any, batch: Any) -> Any:
        if isinstance(some, dict):
            return {name: tensor[batch] for name, tensor in some.items()}
        return some[batch]

    return {"predict": predict, "train": train, "train_step": train_step}
