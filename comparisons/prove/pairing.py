"""Pairs Keras layers with PyTorch modules that have other names."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, Literal

import numpy as np

from comparisons.common import RequestError
from comparisons.sides.process import Side
from comparisons.sides.wire import Description, Training
from comparisons.weights import RAW, Layer, LayoutError, keras_to_torch

# The PyTorch classes that a kind of Keras layer may correspond to. For other
# kinds, and for classes that PyTorch does not define, only shapes decide.
CLASSES = {
    "Dense": {"Linear", "NonDynamicallyQuantizableLinear"},
    "Embedding": {"Embedding"},
    "LayerNormalization": {"LayerNorm"},
    "GroupNormalization": {"GroupNorm", "InstanceNorm2d"},
    "RMSNormalization": {"RMSNorm"},
    "BatchNormalization": {"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"},
    "MultiHeadAttention": {"MultiheadAttention"},
    "LSTM": {"LSTM"},
    "GRU": {"GRU"},
    "SimpleRNN": {"RNN"},
    "Bidirectional(LSTM)": {"LSTM"},
    "Bidirectional(GRU)": {"GRU"},
    **{f"Conv{n}D": {f"Conv{n}d"} for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": {f"ConvTranspose{n}d"} for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": {f"Conv{n}d"} for n in (1, 2)},
}
KNOWN = set().union(*CLASSES.values())
How = Literal["name", "map", "shape", "order"]


@dataclass(frozen=True)
class LayerPair:
    """A Keras layer, its PyTorch module, and how the pair was found.

    `how` is "name" or "map" where one of these gives the module, "shape" if
    it is the only free module that fits, and "order" if several fit and it
    is the first.
    """

    layer: Layer
    torch: str
    how: How


def pairs_of(
    layers: Sequence[Layer],
    shapes: Mapping[str, tuple[int, ...]],
    classes: Mapping[str, str],
    given: Mapping[str, str],
) -> list[LayerPair]:
    """Pair layers with modules: by the map, by name, then by kind and shape.

    Args:
        layers: of the Keras model.
        shapes: of every PyTorch tensor, by its name.
        classes: the class name of every PyTorch module, by its name.
        given: the map, from a layer's name to a module's.

    Raises:
        RequestError: the map has an unknown name, or a layer or a tensor
            remains without a partner.
    """
    modules = modules_of(shapes)
    names = {layer.name for layer in layers}
    for ours, theirs in given.items():
        if ours not in names:
            unknown("Keras layer", ours, sorted(names))
        if theirs not in modules:
            unknown("PyTorch module", theirs, modules)
    found: dict[str, LayerPair] = {
        layer.name: LayerPair(layer, given[layer.name], "map")
        for layer in layers
        if layer.name in given
    }
    for layer in layers:
        if layer.name in modules and layer.name not in found:
            found[layer.name] = LayerPair(layer, layer.name, "name")
    for layer in layers:
        if layer.name in found:
            continue
        claimed = {pair.torch for pair in found.values()}
        able = [
            module
            for module in modules
            if module not in claimed
            and of_kind(layer, classes.get(module, ""))
            and fits(layer, module, shapes)
        ]
        if not able:
            left_over(layer, modules, claimed, shapes)
        how: How = "order" if len(able) > 1 else "shape"
        found[layer.name] = LayerPair(layer, able[0], how)
    claimed = {pair.torch for pair in found.values()}
    for name in shapes:
        if not any(name.startswith(f"{module}.") for module in claimed):
            raise RequestError(
                f"received {name} {shapes[name]} in PyTorch, for which no "
                "Keras layer remains; expected the same layers on both sides"
            )
    return [found[layer.name] for layer in layers]


def modules_of(names: Mapping[str, Any]) -> list[str]:
    """Return the names of modules that hold weights, outer ones first."""
    found: dict[str, None] = {}
    for name in names:
        parts = name.split(".")[:-1]
        for end in range(1, len(parts) + 1):
            found[".".join(parts[:end])] = None
    return list(found)


def of_kind(layer: Layer, class_name: str) -> bool:
    allowed = CLASSES.get(layer.kind)
    return not allowed or class_name not in KNOWN or class_name in allowed


def fits(
    layer: Layer, module: str, shapes: Mapping[str, tuple[int, ...]]
) -> bool:
    """Whether a module has exactly a layer's weights, in their shapes."""
    inside = {
        layer.name + name.removeprefix(module): shape
        for name, shape in shapes.items()
        if name.startswith(f"{module}.")
    }
    blank = {
        f"{layer.name}/{name}": np.zeros(shape)
        for name, shape in layer.shapes.items()
    }
    try:
        state = keras_to_torch([layer], blank, list(inside))
    except LayoutError:
        return False
    return all(state[name].shape == inside[name] for name in inside)


def unknown(what: str, name: str, known: Sequence[str]) -> None:
    raise RequestError(
        f"received {name!r} in the map; expected a {what}: {', '.join(known)}"
    )


def left_over(
    layer: Layer,
    modules: Sequence[str],
    claimed: set[str],
    shapes: Mapping[str, tuple[int, ...]],
) -> None:
    free = [
        f"{name} {tuple(shape)}"
        for name, shape in shapes.items()
        if not any(name.startswith(f"{module}.") for module in claimed)
    ]
    ours = ", ".join(f"{n} {s}" for n, s in layer.shapes.items())
    raise RequestError(
        f"received the Keras layer {layer.name} ({layer.kind}: {ours}), which "
        "fits no remaining PyTorch module; expected one of "
        f"{', '.join(free) or 'none'}; name it with --map, or give both the "
        "same sizes and biases"
    )


# === The PyTorch side, under Keras names =====================================

FIELDS = ("layers", "gradients", "after_one", "final", "shapes", "decay")


class Renamed:
    """The PyTorch side, as if its modules had the names of Keras layers.

    Names change to PyTorch's on the way to the side, and back to Keras' in
    its answers, so that the ladder compares equal names.
    """

    def __init__(self, side: Side, pairs: Sequence[LayerPair]) -> None:
        self.side = side
        self.outward = {
            p.layer.name: p.torch for p in pairs if p.layer.kind != RAW
        }
        self.inward = {theirs: ours for ours, theirs in self.outward.items()}

    @property
    def doing(self) -> str:
        return self.side.doing

    @doing.setter
    def doing(self, told: str) -> None:
        self.side.doing = told

    def submit(self, function: str, *args: Any) -> "Future[Any]":
        return self.side.submit(function, *map(self.sent, args))

    def call(self, function: str, *args: Any) -> Any:
        return self.result(self.submit(function, *args))

    def sent(self, argument: Any) -> Any:
        if isinstance(argument, Training):
            weights = renamed(argument.weights, self.outward)
            return replace(argument, weights=weights)
        if isinstance(argument, dict):
            return renamed(argument, self.outward)
        return argument

    def result(self, future: "Future[Any]") -> Any:
        told = self.side.result(future)
        if isinstance(told, dict):
            return renamed(told, self.inward)  # weights
        if not is_dataclass(told) or isinstance(told, type):
            return told
        fields: dict[str, Any] = {
            name: renamed(getattr(told, name), self.inward)
            for name in FIELDS
            if isinstance(getattr(told, name, None), dict)
        }
        if isinstance(told, Description):
            named = renamed(dict.fromkeys(told.trained), self.inward)
            fields["trained"] = sorted(named)
        return replace(told, **fields)


def renamed(
    state: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, Any]:
    """Return a state with other module names.

    A name is a module's, alone or before a dot or a colon: "a", "a.weight",
    "a:last". The longest module that `names` holds is replaced.
    """
    found = {}
    for name, value in state.items():
        parts = name.replace(":", ".:").split(".")
        for end in range(len(parts), 0, -1):
            old = ".".join(parts[:end])
            if old in names:
                rest = "".join(
                    part if part.startswith(":") else f".{part}"
                    for part in parts[end:]
                )
                name = names[old] + rest
                break
        found[name] = value
    return found
