"""The weight table: exact both ways, and true for both frameworks.

The first half needs NumPy only. The second gives one Keras layer of every kind
and its PyTorch twin the same weights, each in a process of its own, and asks
for the same outputs and gradients; then it spoils the weights, layer by layer,
to show that the check can fail.
"""

import importlib
import multiprocessing
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comparisons.weights import (
    RULES,
    Layer,
    LayoutError,
    keras_to_torch,
    torch_to_keras,
    variable_name,
)

Arrays = dict[str, np.ndarray]
Shapes = dict[str, tuple[int, ...]]

# === Exact both ways ========================================================

# What Keras and PyTorch document, written by hand: sizes -> the shapes of a
# layer's variables, and those of its twin's tensors. `w` is a window.


def convolution(a: int, b: int, w: tuple[int, ...]) -> tuple[Shapes, Shapes]:
    return (
        {"kernel": (*w, a, b), "bias": (b,)},
        {"weight": (b, a, *w), "bias": (b,)},
    )


def transposed(a: int, b: int, w: tuple[int, ...]) -> tuple[Shapes, Shapes]:
    return (
        {"kernel": (*w, b, a), "bias": (b,)},
        {"weight": (a, b, *w), "bias": (b,)},
    )


def depthwise(a: int, b: int, w: tuple[int, ...]) -> tuple[Shapes, Shapes]:
    return (
        {"kernel": (*w, a, b), "bias": (a * b,)},
        {"weight": (a * b, 1, *w), "bias": (a * b,)},
    )


def separable(
    a: int, b: int, c: int, w: tuple[int, ...]
) -> tuple[Shapes, Shapes]:
    ones = (1,) * len(w)
    return (
        {
            "depthwise_kernel": (*w, a, b),
            "pointwise_kernel": (*ones, a * b, c),
            "bias": (c,),
        },
        {
            "depthwise.weight": (a * b, 1, *w),
            "pointwise.weight": (c, a * b, *ones),
            "pointwise.bias": (c,),
        },
    )


def recurrent(
    a: int, u: int, gates: int, prefix: str = "", suffix: str = ""
) -> tuple[Shapes, Shapes]:
    wide = gates * u
    return (
        {
            f"{prefix}kernel": (a, wide),
            f"{prefix}recurrent_kernel": (u, wide),
            f"{prefix}bias": (2, wide) if gates == 3 else (wide,),
        },
        {
            f"weight_ih_l0{suffix}": (wide, a),
            f"weight_hh_l0{suffix}": (wide, u),
            f"bias_ih_l0{suffix}": (wide,),
            f"bias_hh_l0{suffix}": (wide,),
        },
    )


def two_way(a: int, u: int, gates: int) -> tuple[Shapes, Shapes]:
    there = recurrent(a, u, gates, "forward/")
    back = recurrent(a, u, gates, "backward/", "_reverse")
    return there[0] | back[0], there[1] | back[1]


def attention(n: int, d: int) -> tuple[Shapes, Shapes]:
    keras = {
        f"{part}/{name}": shape
        for part in ("query", "key", "value")
        for name, shape in {"kernel": (n * d, n, d), "bias": (n, d)}.items()
    }
    return (
        keras
        | {
            "attention_output/kernel": (n, d, n * d),
            "attention_output/bias": (n * d,),
        },
        {
            "in_proj_weight": (3 * n * d, n * d),
            "in_proj_bias": (3 * n * d,),
            "out_proj.weight": (n * d, n * d),
            "out_proj.bias": (n * d,),
        },
    )


def linear_attention(
    a: int, b: int, c: int, n: int, d: int, v: int
) -> tuple[Shapes, Shapes]:
    keras: Shapes = {}
    torch: Shapes = {}
    for part, width, size in ("query", a, d), ("key", b, d), ("value", c, v):
        keras |= {f"{part}/kernel": (width, n, size), f"{part}/bias": (n, size)}
        torch |= {
            f"{part}.weight": (n * size, width),
            f"{part}.bias": (n * size,),
        }
    keras |= {
        "attention_output/kernel": (n, v, a),
        "attention_output/bias": (a,),
    }
    torch |= {"output.weight": (a, n * v), "output.bias": (a,)}
    return keras, torch


def same(shape: tuple[int, ...], **names: str) -> tuple[Shapes, Shapes]:
    return dict.fromkeys(names, shape), dict.fromkeys(names.values(), shape)


S = st.integers(1, 6)
NORM = {"gamma": "weight", "beta": "bias"}
STATISTICS = {"moving_mean": "running_mean", "moving_variance": "running_var"}
DOCUMENTED: dict[str, st.SearchStrategy[tuple[Shapes, Shapes]]] = {
    "Dense": st.builds(convolution, S, S, st.just(())),
    "Embedding": st.builds(
        lambda a, b: same((a, b), embeddings="weight"), S, S
    ),
    "PReLU": st.builds(
        lambda a, ones: ({"alpha": (*(1,) * ones, a)}, {"weight": (a,)}),
        S,
        st.integers(0, 3),
    ),
    "LayerNormalization": st.builds(lambda a: same((a,), **NORM), S),
    "GroupNormalization": st.builds(lambda a: same((a,), **NORM), S),
    "RMSNormalization": st.builds(lambda a: same((a,), scale="weight"), S),
    "BatchNormalization": st.builds(
        lambda a: same((a,), **NORM, **STATISTICS), S
    ),
    "MultiHeadAttention": st.builds(attention, S, S),
    "MultiHeadAttention of nn.Linear": st.builds(
        linear_attention, S, S, S, S, S, S
    ),
}
for axes in (1, 2, 3):
    W = st.tuples(*[S] * axes)
    DOCUMENTED[f"Conv{axes}D"] = st.builds(convolution, S, S, W)
    DOCUMENTED[f"Conv{axes}DTranspose"] = st.builds(transposed, S, S, W)
for axes in (1, 2):
    W = st.tuples(*[S] * axes)
    DOCUMENTED[f"DepthwiseConv{axes}D"] = st.builds(depthwise, S, S, W)
    DOCUMENTED[f"SeparableConv{axes}D"] = st.builds(separable, S, S, S, W)
for kind, gates in ("LSTM", 4), ("GRU", 3), ("SimpleRNN", 1):
    DOCUMENTED[kind] = st.builds(recurrent, S, S, st.just(gates))
    DOCUMENTED[f"Bidirectional({kind})"] = st.builds(
        two_way, S, S, st.just(gates)
    )


def any_bits(shape: tuple[int, ...], dtype: str, seed: int) -> np.ndarray:
    """Return random bits: also NaN, infinity, -0.0 and denormal numbers."""
    random = np.random.default_rng(seed)
    count = int(np.prod(shape))
    array = np.frombuffer(
        random.bytes(count * np.dtype(dtype).itemsize), dtype
    ).reshape(shape)
    return np.where(
        random.random(shape) < 0.1, np.dtype(dtype).type(-0.0), array
    )


def assert_same_bits(received: Arrays, expected: Arrays) -> None:
    assert list(received) == list(expected)
    for name, array in expected.items():
        assert received[name].dtype == array.dtype, name
        assert received[name].shape == array.shape, name
        assert received[name].tobytes() == array.tobytes(), name


def test_every_rule_is_documented_here() -> None:
    assert DOCUMENTED.keys() == RULES.keys()


@pytest.mark.parametrize("kind", DOCUMENTED)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_round_trips_are_exact(kind: str, data: st.DataObject) -> None:
    keras_shapes, torch_shapes = data.draw(DOCUMENTED[kind], "shapes")
    dtype = data.draw(st.sampled_from(["float32", "float64"]), "dtype")
    seed = data.draw(st.integers(0, 2**32), "seed")
    layers = [
        Layer("block.one", kind.removesuffix(" of nn.Linear"), keras_shapes)
    ]
    names = [f"block.one.{name}" for name in torch_shapes]
    weights = {
        f"block.one/{name}": any_bits(shape, dtype, seed + i)
        for i, (name, shape) in enumerate(keras_shapes.items())
    }

    state = keras_to_torch(layers, weights, names)
    assert {name: array.shape for name, array in state.items()} == {
        f"block.one.{name}": shape for name, shape in torch_shapes.items()
    }
    assert_same_bits(torch_to_keras(layers, state), weights)
    for array in state.values():
        assert array.dtype == dtype
        assert array.flags.c_contiguous and array.flags.owndata
        assert not any(np.shares_memory(array, w) for w in weights.values())

    # The other way round. LSTM and SimpleRNN have a second bias that Keras has
    # not: zero, as `keras_to_torch` leaves it.
    state = {
        name: array
        if "bias_hh" in name and "GRU" not in kind
        else any_bits(array.shape, dtype, seed + 100 + i)
        for i, (name, array) in enumerate(state.items())
    }
    weights = torch_to_keras(layers, state)
    assert_same_bits(keras_to_torch(layers, weights, names), state)


def lstm(**biases: list[float]) -> tuple[list[Layer], Arrays]:
    """Return an LSTM of one unit, and its PyTorch state with these biases."""
    shapes = {"kernel": (2, 4), "recurrent_kernel": (1, 4), "bias": (4,)}
    state = {
        "r.weight_ih_l0": np.zeros((4, 2)),
        "r.weight_hh_l0": np.zeros((4, 1)),
    }
    state |= {f"r.{name}": np.array(bias) for name, bias in biases.items()}
    return [Layer("r", "LSTM", shapes)], state


def test_the_two_biases_of_a_trained_lstm_add_up() -> None:
    layers, state = lstm(
        bias_ih_l0=[1.0, -0.0, 0.0, 3.0], bias_hh_l0=[0.5, 0.0, -0.0, -3.0]
    )
    bias = torch_to_keras(layers, state)["r/bias"]
    assert bias.tolist() == [1.5, 0.0, 0.0, 0.0]
    assert np.signbit(bias).tolist() == [False, True, False, False]
    assert state["r.bias_ih_l0"][0] == 1.0  # the given array is untouched


def test_the_two_bias_gradients_of_an_lstm_count_once() -> None:
    gradient = [1.0, 2.0, 3.0, 4.0]
    for biases in (
        {"bias_ih_l0": gradient, "bias_hh_l0": gradient},
        {"bias_ih_l0": gradient},  # the second one frozen
    ):
        layers, state = lstm(**biases)
        carried = torch_to_keras(layers, state, partial=True)
        assert carried["r/bias"].tolist() == gradient


def test_partial_leaves_out_what_is_absent() -> None:
    width = {"gamma": (3,), "beta": (3,), "moving_mean": (3,)}
    heads = attention(2, 3)[0] | {"attention_output/kernel": (2, 3, 5)}
    layers = [
        Layer("frozen", "MultiHeadAttention", heads),
        Layer("norm", "BatchNormalization", width),
    ]
    gradients = {"norm.weight": np.ones(3), "norm.bias": np.zeros(3)}
    assert_same_bits(
        torch_to_keras(layers, gradients, partial=True),
        {"norm/gamma": np.ones(3), "norm/beta": np.zeros(3)},
    )


def test_num_batches_tracked_is_passed_over() -> None:
    layers = [Layer("norm", "BatchNormalization", {"moving_mean": (3,)})]
    state = {
        "norm.running_mean": np.ones(3),
        "norm.num_batches_tracked": np.array(7),
    }
    weights = torch_to_keras(layers, state)
    assert_same_bits(weights, {"norm/moving_mean": np.ones(3)})
    assert list(keras_to_torch(layers, weights, state)) == ["norm.running_mean"]


# === Errors =================================================================

DENSE = [Layer("out", "Dense", {"kernel": (3, 2), "bias": (2,)})]
KERNEL, BIAS = np.ones((3, 2)), np.ones(2)


BOTH = {"out/kernel": KERNEL, "out/bias": BIAS}
STATE = {"out.weight": KERNEL.T, "out.bias": BIAS}


@pytest.mark.parametrize(
    ("weights", "names", "message"),
    [
        ({"out/kernel": KERNEL}, None, r"^out/bias: .* no out/bias"),
        (
            BOTH | {"out/kernel": KERNEL.T},
            None,
            r"^out/kernel: .*\(2, 3\), expected shape \(3, 2\)",
        ),
        (BOTH | {"in/bias": BIAS}, None, r"^in/bias: "),
        (BOTH, ["out.weight"], r"^out\.bias: "),
        (BOTH, [*STATE, "in.bias"], r"^in\.bias: "),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    weights: Arrays, names: list[str] | None, message: str
) -> None:
    with pytest.raises(LayoutError, match=message):
        keras_to_torch(DENSE, weights, names)


@pytest.mark.parametrize(
    ("state", "partial", "message"),
    [
        ({"out.weight": KERNEL.T}, False, r"^out/bias: .* no out\.bias"),
        (
            STATE | {"out.weight": KERNEL},
            False,
            r"^out/kernel: .*out\.weight of shape \(3, 2\), expected "
            r"shape \(2, 3\)",
        ),
        (STATE | {"in.bias": BIAS}, False, r"^in\.bias: "),
        ({"in.bias": BIAS}, True, r"^in\.bias: "),
        ({"out.scale": BIAS}, True, r"^out\.scale: "),
    ],
)
def test_states_that_do_not_fit_are_refused(
    state: Arrays, partial: bool, message: str
) -> None:
    with pytest.raises(LayoutError, match=message):
        torch_to_keras(DENSE, state, partial)


def test_half_of_a_pair_of_tensors_is_refused() -> None:
    shapes = {"kernel": (2, 3), "recurrent_kernel": (1, 3), "bias": (2, 3)}
    layers = [Layer("r", "GRU", shapes)]
    gradients = {"r.bias_ih_l0": np.ones(3)}
    with pytest.raises(LayoutError, match=r"^r/bias: .* no r\.bias_hh_l0"):
        torch_to_keras(layers, gradients, partial=True)


def test_mixed_dtypes_are_refused() -> None:
    layers, state = lstm(bias_ih_l0=[1.0] * 4)
    state["r.bias_hh_l0"] = np.ones(4, "float32")
    with pytest.raises(LayoutError, match="float32, expected float64"):
        torch_to_keras(layers, state)


@pytest.mark.parametrize(
    ("kind", "shapes", "message"),
    [
        (
            "GRU",
            {"kernel": (2, 9), "recurrent_kernel": (3, 9), "bias": (9,)},
            r"^x/bias \(GRU\): .*\(9,\), expected \(2, 3\*units\); .*reset",
        ),
        (
            "Bidirectional(GRU)",
            {"forward/kernel": (2, 9), "forward/bias": (9,)},
            "reset_after",
        ),
        ("LSTM", {"kernel": (2, 9)}, r"\(2, 9\), expected \(in, 4\*units\)"),
        (  # a GRU of four units, said to be an LSTM
            "LSTM",
            {"kernel": (2, 12), "recurrent_kernel": (4, 12)},
            r"\(4, 12\), expected \(state, 4\*units\); check the kind",
        ),
        (
            "MultiHeadAttention",
            attention(2, 3)[0] | {"query/kernel": (6, 2, 6)},
            r"^x/query/kernel .*\(6, 2, 6\), expected \(embed, heads, size\)"
            "; .*nn.Linear",
        ),
        (
            "MultiHeadAttention",
            attention(2, 3)[0] | {"value/kernel": (6, 2, 4)},
            r"x/value/kernel .*\(6, 2, 4\).*nn.Linear",
        ),
        (
            "MultiHeadAttention",
            {"query/kernel": (6, 2, 3), "key/kernel": (6, 2, 3)},
            "x/value/kernel .* received shape none",
        ),
        ("PReLU", {"alpha": (4, 1, 3)}, r"\(4, 1, 3\).*shared_axes"),
        ("LayerNormalization", {"gamma": (4, 3)}, r"\(4, 3\).*\(width\)"),
        ("Conv2D", {"kernel": (3, 4, 5)}, r"\(h, w, in, out\)"),
        ("Dense", {"lora_kernel_a": (3, 4)}, "received lora_kernel_a"),
        ("TimeMachine", {"kernel": (3, 4)}, "received TimeMachine"),
    ],
)
def test_layers_without_a_place_in_pytorch_are_refused(
    kind: str, shapes: Shapes, message: str
) -> None:
    weights = {f"x/{name}": np.zeros(shape) for name, shape in shapes.items()}
    with pytest.raises(LayoutError, match=message):
        keras_to_torch([Layer("x", kind, shapes)], weights)


# === Names ==================================================================


@pytest.mark.parametrize(
    ("path", "layer", "name"),
    [
        ("conv1/kernel", "conv1", "kernel"),
        ("model/conv1/kernel", "conv1", "kernel"),
        ("lstm/lstm_cell/kernel", "lstm", "kernel"),
        ("block/both/forward_lstm_1/lstm_cell/bias", "both", "forward/bias"),
        ("both/backward_gru/gru_cell/kernel", "both", "backward/kernel"),
        ("encoder/attention/query/kernel", "encoder.attention", "query/kernel"),
        ("attention/query/kernel", "encoder.attention", "query/kernel"),
        ("query/query/kernel", "query", "query/kernel"),
        ("query/query/kernel", "query.query", "kernel"),
        ("out/out/kernel", "out", "kernel"),
        ("a/out/b/out/kernel", "b.out", "kernel"),
    ],
)
def test_variable_name(path: str, layer: str, name: str) -> None:
    assert variable_name(path, layer) == name


@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("conv1/kernel", "conv2"),
        ("conv1", "conv1"),
        ("rnn/my_cell/kernel", "rnn"),
        ("both/back/lstm_cell/kernel", "both"),
    ],
)
def test_variable_name_refuses_other_paths(path: str, layer: str) -> None:
    with pytest.raises(LayoutError, match=f"^{path}: "):
        variable_name(path, layer)


# === The same values in both frameworks =====================================

RANDOM = np.random.default_rng(1)
INPUTS = {  # by layer, as in layer_twins_*.py; attention: query, key, value
    name: [RANDOM.normal(size=shape) for shape in shapes]
    for name, shapes in {
        "dense": [(2, 3)],
        "dense_square": [(2, 4)],
        "embedding": [(2, 3)],
        "conv1d": [(2, 6, 3)],
        "conv2d": [(2, 6, 5, 4)],
        "conv2d_grouped": [(2, 6, 5, 4)],
        "conv3d": [(2, 5, 4, 6, 3)],
        "depthwise1d": [(2, 6, 4)],
        "depthwise2d": [(2, 6, 5, 4)],
        "separable1d": [(2, 6, 4)],
        "separable2d": [(2, 6, 5, 4)],
        "transposed1d": [(2, 6, 4)],
        "transposed2d": [(2, 4, 5, 4)],
        "transposed3d": [(2, 3, 4, 5, 3)],
        "batch_norm": [(2, 3, 5, 4)],
        "batch_norm_plain": [(5, 4)],
        "layer_norm": [(2, 3, 4)],
        "group_norm": [(2, 3, 5, 4)],
        "rms_norm": [(2, 3, 4)],
        "prelu": [(2, 3, 5, 4)],
        "lstm": [(2, 6, 5)],
        "gru": [(2, 6, 5)],
        "simple_rnn": [(2, 6, 5)],
        "two_way_lstm": [(2, 6, 5)],
        "two_way_gru": [(2, 6, 5)],
        "two_way_rnn": [(2, 6, 5)],
        "attention": [(2, 5, 8), (2, 6, 8), (2, 6, 8)],
        "attention_linear": [(2, 5, 6), (2, 6, 5), (2, 6, 7)],
    }.items()
}
INPUTS["embedding"] = [np.array([[0, 5, 2], [2, 3, 2]])]
TOLERANCE = 1e-12  # float64; sums of at most a few hundred terms of size 1


def call_in_child(module: str, function: str, *arguments: Any) -> Any:
    """Call a function of a module beside this file."""
    sys.path[:0] = [str(Path(__file__).parent)]
    try:
        return getattr(importlib.import_module(module), function)(*arguments)
    finally:
        del sys.path[0]


class Child:
    """A process of its own for one framework."""

    def __init__(self, module: str) -> None:
        self.module = module
        context = multiprocessing.get_context("spawn")
        self.pool = ProcessPoolExecutor(max_workers=1, mp_context=context)

    def __call__(self, function: str, *arguments: Any) -> Any:
        task = self.pool.submit(
            call_in_child, self.module, function, *arguments
        )
        return task.result(timeout=300)


@pytest.fixture(scope="module")
def children(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Child, Child]]:
    """A Keras process and a PyTorch process, for all tests of this file."""
    settings = {
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": str(tmp_path_factory.mktemp("keras")),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
    }
    keras, torch = Child("layer_twins_keras"), Child("layer_twins_torch")
    with pytest.MonkeyPatch.context() as patch, keras.pool, torch.pool:
        for name, value in settings.items():
            patch.setenv(name, value)
        yield keras, torch


@pytest.fixture(scope="module")
def keras_results(children: tuple[Child, Child]) -> Any:
    return children[0]("run", INPUTS)


@pytest.fixture(scope="module")
def state(children: tuple[Child, Child], keras_results: Any) -> Arrays:
    layers, results = keras_results
    return keras_to_torch(layers, results["weights"], children[1]("names"))


@pytest.fixture(scope="module")
def torch_results(children: tuple[Child, Child], state: Arrays) -> Any:
    return children[1]("run", state, INPUTS)


def difference(a: np.ndarray, b: np.ndarray) -> float:
    assert a.shape == b.shape
    return float(np.max(np.abs(a - b)))


@pytest.mark.parity
@pytest.mark.parametrize("name", INPUTS)
def test_twins_compute_the_same(
    name: str, keras_results: Any, torch_results: Any
) -> None:
    keras = keras_results[1]["outputs"][name]
    torch = torch_results["outputs"][name]
    assert keras.dtype == torch.dtype == "float64"
    assert np.max(np.abs(keras)) > 0.1
    assert difference(keras, torch) <= TOLERANCE


def test_the_twins_cover_every_rule(keras_results: Any) -> None:
    kinds = {layer.kind for layer in keras_results[0]}
    assert kinds | {"MultiHeadAttention of nn.Linear"} == set(RULES)


@pytest.mark.parametrize("name", INPUTS)
def test_gradients_follow_the_same_rules(
    name: str, keras_results: Any, torch_results: Any
) -> None:
    layers, results = keras_results
    carried = torch_to_keras(layers, torch_results["gradients"], partial=True)
    expected = results["gradients"]
    assert carried.keys() == expected.keys()
    own = [path for path in expected if path.startswith(f"{name}/")]
    assert bool(own) == (name != "batch_norm_plain")  # it trains nothing
    for path in own:
        # The gradient of attention's key bias is zero but for rounding.
        if path.split("/", 1)[1] != "key/bias":
            assert np.max(np.abs(expected[path])) > 1e-3, path
        assert difference(carried[path], expected[path]) <= TOLERANCE, path


def test_a_whole_state_comes_back_bit_for_bit(
    keras_results: Any, torch_results: Any
) -> None:
    layers, results = keras_results
    whole = torch_results["state"]
    assert "batch_norm.num_batches_tracked" in whole
    assert_same_bits(torch_to_keras(layers, whole), results["weights"])


def test_real_paths_of_nested_layers(children: tuple[Child, Child]) -> None:
    found = {}
    for path in children[0]("paths"):
        for name in ("encoder.attention", "encoder.reader", "out", "tail.last"):
            if name.split(".")[-1] in path.split("/"):
                found[path] = f"{name}/{variable_name(path, name)}"
    directions = {
        f"encoder.reader/{direction}/{variable}"
        for direction in ("forward", "backward")
        for variable in ("kernel", "recurrent_kernel", "bias")
    }
    heads = {f"encoder.attention/{name}" for name in attention(1, 1)[0]}
    dense = {"out/kernel", "out/bias", "tail.last/kernel", "tail.last/bias"}
    assert set(found.values()) == directions | heads | dense
    assert len(found) == len(set(found.values()))
    # Keras leaves the name of a functional model out, not of a Sequential.
    assert {"out/kernel", "tail/last/kernel"} <= found.keys()


# === The check can fail =====================================================


def swap(array: np.ndarray, blocks: int, a: int, b: int) -> np.ndarray:
    """Swap two of the equal blocks of axis 0."""
    parts = np.split(array, blocks)
    parts[a], parts[b] = parts[b], parts[a]
    return np.concatenate(parts)


def reordered(weight: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Read axis 0 as a table of rows, and write it column by column."""
    table = weight.reshape(rows, columns, *weight.shape[1:])
    return table.swapaxes(0, 1).reshape(weight.shape)


def multiplier_first(weight: np.ndarray) -> np.ndarray:
    """Order depthwise filters by multiplier, then channel."""
    return reordered(weight, 4, 2)


def size_first(weight: np.ndarray) -> np.ndarray:
    """Order attention's rows by place in the head, then head."""
    return reordered(weight, 2, -1)


Spoil = Callable[[np.ndarray], np.ndarray]
FAULTS: dict[str, tuple[str, Spoil]] = {
    "not transposed": ("dense_square.weight", lambda w: w.T),
    "rows moved": ("embedding.weight", lambda w: w[::-1]),
    "window reversed": ("conv1d.weight", lambda w: w[..., ::-1]),
    "input channels moved": ("conv2d.weight", lambda w: w[:, ::-1]),
    "groups swapped": ("conv2d_grouped.weight", lambda w: swap(w, 2, 0, 1)),
    "window reshaped": (
        "conv3d.weight",
        lambda w: w.reshape(5, 3, 2, 3, 4).swapaxes(2, 3),
    ),
    "multiplier first, 1D": ("depthwise1d.weight", multiplier_first),
    "multiplier first, 2D": ("depthwise2d.weight", multiplier_first),
    "multiplier first, separable": (
        "separable2d.depthwise.weight",
        multiplier_first,
    ),
    "pointwise inputs moved": (
        "separable1d.pointwise.weight",
        lambda w: w[:, ::-1],
    ),
    "kernel flipped": ("transposed2d.weight", lambda w: w[..., ::-1, ::-1]),
    "standard deviation for variance": ("batch_norm.running_var", np.sqrt),
    "gates c and o swapped": (
        "lstm.weight_ih_l0",
        lambda w: swap(w, 4, 2, 3),
    ),
    "gates in Keras' order": ("gru.weight_hh_l0", lambda w: swap(w, 3, 0, 1)),
    "gates of a bias in Keras' order": (
        "gru.bias_hh_l0",
        lambda b: swap(b, 3, 0, 1),
    ),
    "state kernel not transposed": ("simple_rnn.weight_hh_l0", np.transpose),
    "units of the backward half moved": (
        "two_way_lstm.weight_hh_l0_reverse",
        lambda w: w[::-1],
    ),
    "query and key swapped": (
        "attention.in_proj_weight",
        lambda w: swap(w, 3, 0, 1),
    ),
    "output not transposed": ("attention.out_proj.weight", np.transpose),
    "heads interleaved": ("attention_linear.value.weight", size_first),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_layout_shows(
    fault: str,
    children: tuple[Child, Child],
    state: Arrays,
    keras_results: Any,
) -> None:
    tensor, spoil = FAULTS[fault]
    name = tensor.split(".")[0]
    spoilt = np.ascontiguousarray(spoil(state[tensor]))
    assert spoilt.shape == state[tensor].shape  # nothing raises
    outputs = children[1](
        "run", state | {tensor: spoilt}, {name: INPUTS[name]}
    )["outputs"]
    assert difference(keras_results[1]["outputs"][name], outputs[name]) > 1e-2


def test_one_bias_given_twice_shows(
    children: tuple[Child, Child], state: Arrays, keras_results: Any
) -> None:
    twice = state | {"lstm.bias_hh_l0": state["lstm.bias_ih_l0"]}
    outputs = children[1]("run", twice, {"lstm": INPUTS["lstm"]})["outputs"]
    keras = keras_results[1]["outputs"]["lstm"]
    assert difference(keras, outputs["lstm"]) > 1e-2


# === The page ===============================================================


def test_the_page_has_every_rule():
    """`make report` writes it; the words are those that are run."""
    from comparisons.checkout import ROOT
    from comparisons.report.listing import rules_table

    page = (ROOT / "docs" / "weights.md").read_text()
    assert f"<!-- layers -->\n{rules_table()}<!-- /layers -->" in page
