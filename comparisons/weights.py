"""Carries weights between Keras and PyTorch: one table, NumPy only.

Both frameworks store the same numbers in different orders. `RULES` lists, for
every kind of Keras layer, which PyTorch tensors its variables become:

    layers = [Layer("conv1", "Conv2D", {"kernel": (3, 3, 1, 32)})]
    state = keras_to_torch(layers, {"conv1/kernel": kernel})
    state["conv1.weight"]  # (32, 1, 3, 3)
    torch_to_keras(layers, state)["conv1/kernel"]  # kernel again, bit for bit

Gradients follow the same rules. A rule only moves numbers (it is linear and
orthogonal), so the gradient of a moved weight is the moved gradient. The one
exception is the second bias of LSTM and SimpleRNN, which Keras does not have.
It is zero on the way to PyTorch, and is added to the first one on the way
back. Both biases have the same gradient, which is also the gradient of Keras'
bias. Therefore `partial=True` reads only the first one.

Shapes do not show two mistakes: `GRU(reset_after=False)` without biases has
the shapes of PyTorch's GRU, which is another layer; and Dense after Flatten is
the same layer only if the PyTorch half flattens with channels last.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
Sizes = dict[str, int]


class LayoutError(ValueError):
    """Weights do not fit: one line says received, expected and the fix."""


@dataclass(frozen=True)
class Layer:
    """A Keras layer that has weights.

    Attributes:
        name: also of the PyTorch attribute: "conv1", "encoder.attention".
        kind: the Keras class: "Conv2D", "LSTM", "Bidirectional(LSTM)".
        shapes: Keras shapes, by the variable's name inside the layer (see
            `variable_name`), in the order of `get_weights()`.
    """

    name: str
    kind: str
    shapes: dict[str, Shape]


# === Rules: Keras variables -> PyTorch tensors, by kind of layer ============


class Side(NamedTuple):
    """Arrays of one framework: their names, and the form of each.

    The form "in 4*units" names two axes, of which the second has four blocks;
    "..." stands for axes of size 1. Several arrays are stacked along a new
    first axis.
    """

    names: tuple[str, ...]
    form: str


@dataclass(frozen=True)
class Rule:
    """How variables of a layer become tensors of a module.

    Both forms use the same words, so that each direction is a split, a
    transpose and a join. `order` reorders the gates and is its own inverse.
    `zero` names a second tensor of the same shape that Keras does not have.
    """

    keras: Side
    torch: Side
    order: tuple[int, ...] = ()
    zero: str = ""


def rules(*lines: str, order: tuple[int, ...] = ()) -> list[Rule]:
    """Parse rules such as "kernel: in out -> weight: out in"."""
    found = []
    for line in lines:
        names, form, tensors, torch_form = re.split(": | -> ", line)
        keras = Side(tuple(names.split()), form)
        torch = Side(tuple(tensors.split()), torch_form)
        found.append(Rule(keras, torch, order))
    return found


def recurrent(kind: str, prefix: str = "", suffix: str = "") -> list[Rule]:
    """Return the rules of one direction of a recurrent layer."""
    gates = {"LSTM": "4*units", "GRU": "3*units", "SimpleRNN": "units"}[kind]
    # The gates of a GRU are z, r, h in Keras and r, z, n in PyTorch.
    order = (1, 0, 2) if kind == "GRU" else ()
    inner, bias = f"{prefix}recurrent_kernel", f"{prefix}bias"
    first, second = f"bias_ih_l0{suffix}", f"bias_hh_l0{suffix}"
    found = rules(
        f"{prefix}kernel: in {gates} -> weight_ih_l0{suffix}: {gates} in",
        f"{inner}: state {gates} -> weight_hh_l0{suffix}: {gates} state",
        order=order,
    )
    if kind == "GRU":  # with reset_after=True Keras has both biases
        both = f"{bias}: 2 {gates} -> {first} {second}: {gates}"
        return found + rules(both, order=order)
    one = Rule(Side((bias,), gates), Side((first,), gates), zero=second)
    return [*found, one]


MHA, LINEAR_MHA = "MultiHeadAttention", "MultiHeadAttention of nn.Linear"
RAW = "bare variables"  # without a layer: the same arrays in both halves
BIAS = "bias: out -> bias: out"
NORM = "gamma: width -> weight: width", "beta: width -> bias: width"
RULES = {
    "Dense": rules("kernel: in out -> weight: out in", BIAS),
    "Embedding": rules("embeddings: ids width -> weight: ids width"),
    "PReLU": rules("alpha: ... width -> weight: width"),
    "LayerNormalization": rules(*NORM),
    "GroupNormalization": rules(*NORM),
    "RMSNormalization": rules("scale: width -> weight: width"),
    "BatchNormalization": rules(
        *NORM,
        "moving_mean: width -> running_mean: width",
        "moving_variance: width -> running_var: width",
    ),
    MHA: rules(  # nn.MultiheadAttention: all heads have the same width
        "query/kernel key/kernel value/kernel: embed heads size"
        " -> in_proj_weight: 3*heads*size embed",
        "query/bias key/bias value/bias: heads size"
        " -> in_proj_bias: 3*heads*size",
        "attention_output/kernel: heads size embed"
        " -> out_proj.weight: embed heads*size",
        "attention_output/bias: embed -> out_proj.bias: embed",
    ),
    LINEAR_MHA: rules(  # four nn.Linear of any size
        "query/kernel: q heads size -> query.weight: heads*size q",
        "query/bias: heads size -> query.bias: heads*size",
        "key/kernel: k heads size -> key.weight: heads*size k",
        "key/bias: heads size -> key.bias: heads*size",
        "value/kernel: v heads depth -> value.weight: heads*depth v",
        "value/bias: heads depth -> value.bias: heads*depth",
        "attention_output/kernel: heads depth out"
        " -> output.weight: out heads*depth",
        "attention_output/bias: out -> output.bias: out",
    ),
}
for _n, _window in (1, "w"), (2, "h w"), (3, "d h w"):
    RULES[f"Conv{_n}D"] = rules(
        f"kernel: {_window} in out -> weight: out in {_window}", BIAS
    )
    RULES[f"Conv{_n}DTranspose"] = rules(  # no flip, only in and out change
        f"kernel: {_window} out in -> weight: in out {_window}", BIAS
    )
for _n, _window in (1, "w"), (2, "h w"):
    _each = f"kernel: {_window} in times -> weight: in*times 1 {_window}"
    RULES[f"DepthwiseConv{_n}D"] = rules(_each, BIAS)
    RULES[f"SeparableConv{_n}D"] = rules(  # two layers, the first has no bias
        "depthwise_" + _each.replace("weight", "depthwise.weight"),
        f"pointwise_kernel: {'1 ' * _n}in*times out"
        f" -> pointwise.weight: out in*times{' 1' * _n}",
        "bias: out -> pointwise.bias: out",
    )
for _kind in "LSTM", "GRU", "SimpleRNN":
    RULES[_kind] = recurrent(_kind)
    RULES[f"Bidirectional({_kind})"] = [
        *recurrent(_kind, "forward/"),
        *recurrent(_kind, "backward/", "_reverse"),
    ]

# Sizes that must be equal although they have different names.
EQUAL = {"state": "units", "embed": "heads*size"}
SAME = "give both halves the same layers under the same names"
FIXES = {
    "GRU": "nn.GRU needs reset_after=True in Keras",
    "Bidirectional(GRU)": "nn.GRU needs reset_after=True in Keras",
    "PReLU": "nn.PReLU has one slope per channel: set shared_axes in Keras",
    MHA: "nn.MultiheadAttention needs key_dim = value_dim = width / heads; for "
    "other sizes use nn.Linear query, key, value and output in PyTorch",
}


# === Names and checks =======================================================


def _refuse(where: str, received: str, expected: str, fix: str) -> NoReturn:
    message = f"{where}: received {received}, expected {expected}; {fix}"
    raise LayoutError(message)


def variable_name(path: str, layer_name: str) -> str:
    """Return a variable's name inside its layer, from its `path` in Keras.

    "encoder/lstm/lstm_cell/kernel" in the layer "lstm" or "encoder.lstm" is
    "kernel"; "both/forward_lstm_1/lstm_cell/bias" in "both" is "forward/bias".
    A dotted name is tried as a whole, then without its first parts, because
    Keras' paths do not contain functional models. If the layer's name occurs
    twice in the path, the first place after which a known form remains counts.

    Raises:
        LayoutError: the path belongs to another layer, or the cell or the
            direction was renamed.
    """
    inside = re.compile(
        r"(?:(forward|backward)_[^/]+/)?(?:(?:lstm|gru|simple_rnn)_cell/)?"
        r"((?:(?:query|key|value|attention_output)/)?[^/]+)"
    )
    parts, wanted = path.split("/"), re.split(r"[./]", layer_name)
    for first in range(len(wanted)):
        for end in range(len(wanted) - first, len(parts)):
            found = parts[end - len(wanted) + first : end] == wanted[first:]
            if found and (m := inside.fullmatch("/".join(parts[end:]))):
                return f"{m[1]}/{m[2]}" if m[1] else m[2]
    expected = f"{layer_name}/[forward_*/ or backward_*/][*_cell/]variable"
    _refuse(path, "this path", expected, "leave cells their Keras names")


def _shape(form: str, sizes: Sizes) -> Shape:
    words = (word.split("*") for word in form.split())
    return tuple(prod(sizes[factor] for factor in word) for word in words)


def _fits(shape: Shape, form: str, sizes: Sizes) -> bool:
    """Whether a shape matches a form; adds each new word's size to `sizes`."""
    words = form.split()
    if len(words) != len(shape):
        return False
    for size, word in zip(shape, words, strict=True):
        factors = word.split("*")
        known = prod(sizes.get(factor, 1) for factor in factors)
        for factor in factors:
            if factor not in sizes:
                known *= sizes.setdefault(factor, size // known)
        if size != known:
            return False
    return all(_fits((sizes[w],), EQUAL[w], sizes) for w in words if w in EQUAL)


def _rules(
    layer: Layer, torch_names: Iterable[str]
) -> Iterator[tuple[Rule, Sizes]]:
    """Yield a layer's rules with full names, and the size of each word."""
    kind, shapes = layer.kind, layer.shapes
    parts = [f"{layer.name}.{p}." for p in ("query", "key", "value", "output")]
    if kind == MHA and any(n.startswith(tuple(parts)) for n in torch_names):
        kind = LINEAR_MHA
    if kind == RAW:
        for name, shape in shapes.items():
            form = " ".join(f"axis{n}" for n in range(len(shape)))
            sizes = {f"axis{n}": size for n, size in enumerate(shape)}
            ours = Side((f"{layer.name}/{name}",), form)
            yield Rule(ours, Side((f"{layer.name}.{name}",), form)), sizes
        return
    if kind not in RULES:
        _refuse(layer.name, kind, "a kind of layer in RULES", "extend RULES")
    fix = FIXES.get(kind, "check the kind of the layer")
    known = [name for rule in RULES[kind] for name in rule.keras.names]
    for name in shapes:
        if name not in known:
            _refuse(f"{layer.name} ({kind})", name, ", ".join(known), fix)
    sizes = {str(number): number for number in range(1, 5)}
    for rule in RULES[kind]:
        if not shapes.keys() & set(rule.keras.names):
            continue  # a layer without a bias or a scale
        for name in rule.keras.names:
            shape = shapes.get(name, ())
            form = rule.keras.form.replace("...", "1 " * (len(shape) - 1))
            if not _fits(shape, form, sizes):
                where = f"{layer.name}/{name} ({kind})"
                expected = f"({rule.keras.form.replace(' ', ', ')})"
                _refuse(where, f"shape {shape or 'none'}", expected, fix)
        keras = (f"{layer.name}/{name}" for name in rule.keras.names)
        torch = (f"{layer.name}.{name}" for name in rule.torch.names)
        yield (
            Rule(
                Side(tuple(keras), form),
                Side(tuple(torch), rule.torch.form),
                rule.order,
                rule.zero and f"{layer.name}.{rule.zero}",
            ),
            sizes,
        )


def _take(
    arrays: Mapping[str, Array], names: Iterable[str], shape: Shape, where: str
) -> Array:
    """Return the named arrays, checked and stacked: (names, *shape)."""
    taken: list[Array] = []
    for name in names:
        if name not in arrays:
            _refuse(where, f"no {name}", f"shape {shape}", SAME)
        array = np.asarray(arrays[name])
        if array.shape != shape:
            received = f"{name} of shape {array.shape}"
            _refuse(where, received, f"shape {shape}", SAME)
        if taken and array.dtype != taken[0].dtype:
            received = f"{name} of {array.dtype}"
            _refuse(where, received, f"{taken[0].dtype}", "cast one of them")
        taken.append(array)
    return np.stack(taken)


def _carry(
    arrays: Mapping[str, Array],
    source: Side,
    target: Side,
    rule: Rule,
    sizes: Sizes,
) -> dict[str, Array]:
    """Return the arrays of one side, made from those of the other side."""

    def axes(side: Side) -> list[str]:  # without those of size 1
        words = f"{len(side.names)} {side.form}".replace("*", " ").split()
        return [word for word in words if word != "1"]

    shape, where = _shape(source.form, sizes), rule.keras.names[0]
    array = _take(arrays, source.names, shape, where)
    array = array.reshape([sizes[axis] for axis in axes(source)])
    if rule.order:
        gates = axes(source).index(str(len(rule.order)))
        array = array.take(rule.order, gates)
    array = array.transpose([axes(source).index(axis) for axis in axes(target)])
    array = array.reshape(len(target.names), *_shape(target.form, sizes))
    parts = (np.array(part, order="C") for part in array)
    return dict(zip(target.names, parts, strict=True))


def _refuse_unclaimed(names: Iterable[str], claimed: Collection[str]) -> None:
    for name in names:
        if name not in claimed and not name.endswith("num_batches_tracked"):
            _refuse(name, "a weight without a counterpart", "none", SAME)


# === The two directions =====================================================


def keras_to_torch(
    layers: Sequence[Layer],
    weights: Mapping[str, Array],
    torch_names: Collection[str] | None = None,
) -> dict[str, Array]:
    """Return PyTorch's state: "conv1.weight" from "conv1/kernel", and so on.

    `torch_names` are the names in the module's `state_dict()`. If they are
    given, the result has exactly these names, and they decide whether attention
    becomes `nn.MultiheadAttention` or four `nn.Linear`. The arrays are
    contiguous copies of the same dtype.

    Raises:
        LayoutError: a weight is missing, is not known, has another shape than
            its layer, or has no counterpart in PyTorch.
    """
    claimed: set[str] = set()
    state: dict[str, Array] = {}
    for layer in layers:
        for rule, sizes in _rules(layer, torch_names or ()):
            claimed |= set(rule.keras.names)
            state |= _carry(weights, rule.keras, rule.torch, rule, sizes)
            if rule.zero:
                state[rule.zero] = np.zeros_like(state[rule.torch.names[0]])
    _refuse_unclaimed(weights, claimed)
    if torch_names is not None:
        _refuse_unclaimed(torch_names, state)
        _refuse_unclaimed(state, torch_names)
    return state


def torch_to_keras(
    layers: Sequence[Layer],
    state: Mapping[str, Array],
    partial: bool = False,
) -> dict[str, Array]:
    """Return Keras' weights: "conv1/kernel" from "conv1.weight", and so on.

    `state` is a `state_dict()`; `num_batches_tracked` is ignored. With
    `partial` it holds gradients by parameter name. Then variables without any
    tensor (frozen weights, running statistics) are left out, and of two biases
    the first is taken instead of the sum. The arrays are contiguous copies of
    the same dtype, in the order of the layers' shapes.

    Raises:
        LayoutError: a tensor is missing, is not known, has another shape than
            its layer, or the layer has no counterpart in PyTorch.
    """
    claimed: set[str] = set()
    weights: dict[str, Array] = {}
    for layer in layers:
        if partial and not any(n.startswith(f"{layer.name}.") for n in state):
            continue  # all frozen: the form of attention is not known
        for rule, sizes in _rules(layer, state):
            claimed |= {*rule.torch.names, rule.zero}
            if partial and not state.keys() & set(rule.torch.names):
                continue
            weights |= _carry(state, rule.torch, rule.keras, rule, sizes)
            if rule.zero and not partial:
                bias = weights[rule.keras.names[0]]
                names = (*rule.torch.names, rule.zero)
                other = _take(state, names, bias.shape, rule.keras.names[0])[1]
                # Add only where the second bias is not zero: -0.0 + 0.0 is
                # +0.0, and a round trip must keep every bit.
                np.add(bias, other, out=bias, where=other != 0)
    _refuse_unclaimed(state, claimed)
    order = [f"{layer.name}/{v}" for layer in layers for v in layer.shapes]
    return {name: weights[name] for name in order if name in weights}
