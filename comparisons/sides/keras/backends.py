"""Settings and workarounds for Keras' engines: TensorFlow, PyTorch or JAX.

Runs on the Keras side. The proof is the same on every engine. Where an engine
would prevent that, this module changes its behavior.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import keras
import numpy as np
from keras import ops
from keras.src.backend.common import dtypes

from comparisons.sides.wire import State

BACKEND: str = keras.backend.backend()


class Alone:
    """Prevents the import of TensorFlow if another engine is in use.

    Keras imports TensorFlow for simple checks, for example when it saves a
    Bidirectional. Its memory would count as the engine's, and together with
    PyTorch it crashes.
    """

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name == "tensorflow":
            raise ModuleNotFoundError(f"{name} stays out of {BACKEND}")


if BACKEND == "jax":
    import jax
    from jax import numpy as jnp

    native_attention = jax.nn.dot_product_attention
elif BACKEND == "torch":
    import torch  # noqa: TID251
    from torch.nn import functional  # noqa: TID251

    native_conv2d = functional.conv2d
else:
    import tensorflow as tf
if BACKEND != "tensorflow":
    sys.meta_path.insert(0, Alone())


def start(threads: int, device: str) -> dict[str, Any]:
    """Set the engine's threads and precision; return version and device."""
    if BACKEND == "jax":
        # A variable sets its number of threads before import: process.py.
        jax.config.update("jax_default_matmul_precision", "highest")
        cuda, version = jax.default_backend() == "gpu", jax.__version__
    elif BACKEND == "torch":
        torch.set_flush_denormal(True)
        torch.backends.cudnn.allow_tf32 = False
        torch.set_float32_matmul_precision("highest")
        cuda, version = torch.cuda.is_available(), str(torch.__version__)
    else:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        # With one thread, tf.data is too slow and timing bimodal (measured).
        tf.config.threading.set_inter_op_parallelism_threads(2)
        tf.config.experimental.enable_tensor_float_32_execution(False)
        gpus = tf.config.list_physical_devices("GPU")
        for gpu in gpus:  # by default TensorFlow reserves all GPU memory
            tf.config.experimental.set_memory_growth(gpu, True)
        cuda, version = bool(gpus), tf.__version__
    return {
        "backend": BACKEND,
        "backend_version": version,
        "device": "cuda" if cuda and device != "cpu" else "cpu",
    }


def use_precision(dtype: str) -> None:
    """Compute in `dtype`, also if that is float64.

    On all engines except TensorFlow, Keras' matmul, einsum and other
    operations return float32 for two float64 inputs, "to be aligned with
    JAX's default behavior" (keras/src/backend/common/dtypes.py). JAX itself
    must be told to support float64.
    """
    keras.config.set_floatx(dtype)
    # Keras keeps the policy that was in force when it built the first layer.
    keras.config.set_dtype_policy(dtype)
    if BACKEND != "tensorflow":
        dtypes.BIT64_TO_BIT32_DTYPE["float64"] = dtype
    double = dtype == "float64"
    if BACKEND == "jax":
        jax.config.update("jax_enable_x64", double)
        attention = double_attention if double else native_attention
        jax.nn.dot_product_attention = attention
    elif BACKEND == "torch":
        conv2d: Any = conv2d_of_rows if double else native_conv2d
        functional.conv2d = conv2d


def check(model: Any) -> None:
    """Refuse weights with equal paths, which Keras on PyTorch trains wrongly.

    Layers of nested models can have the same name. Keras on PyTorch finds
    weights by path (keras/src/backend/torch/layer.py). If two weights have the
    same path, the gradient of one is never cleared and grows from step to
    step.

    Raises:
        ValueError: two trained weights have the same path.
    """
    if BACKEND != "torch" or isinstance(model, dict):
        return
    paths = [weight.path for weight in model.trainable_weights]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise ValueError(
            f"received two weights named {twice[0]}; expected different names, "
            "because Keras on PyTorch clears the gradient of only one of them"
        )


def conv2d_of_rows(images: Any, kernel: Any, *args: Any, **kwargs: Any) -> Any:
    """Call PyTorch's convolution with a kernel that is contiguous in memory.

    Keras passes kernels with channels last. For a kernel with a single filter,
    PyTorch then has no float64 gradient: "slow_conv2d: grad_weight must be
    contiguous".
    """
    return native_conv2d(images, kernel.contiguous(), *args, **kwargs)


def double_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: Any = None,
    is_causal: bool = False,
    **_: Any,
) -> Any:
    """Compute JAX's attention in float64; JAX's own softmax is in float32.

    query (B, T, N, H); key and value (B, S, N, H); returns (B, T, N, H).
    """
    scale = scale or query.shape[-1] ** -0.5
    scores = scale * jnp.einsum("btnh,bsnh->bnts", query, key)
    if bias is not None:
        scores = scores + bias
    seen = jnp.ones(scores.shape, bool) if mask is None else mask
    if is_causal:
        seen = seen & jnp.tril(jnp.ones(scores.shape[-2:], bool))
    scores = jnp.where(seen, scores, -0.7 * jnp.finfo("float32").max)
    weights = jax.nn.softmax(scores, axis=-1)
    return jnp.einsum("bnts,bsnh->btnh", weights, value)


@contextmanager
def eagerly() -> Iterator[None]:
    """Run `predict` and `fit` eagerly, so that Python code runs in layers."""
    if BACKEND == "tensorflow":
        tf.config.run_functions_eagerly(True)
    try:
        with jax.disable_jit() if BACKEND == "jax" else nullcontext():
            yield
    finally:
        if BACKEND == "tensorflow":
            tf.config.run_functions_eagerly(False)


# === Notes of a training ====================================================


def weights_of(model: Any, named: Mapping[str, Any], args: Any) -> Any:
    """Return the weights by name with which a training step begins.

    On JAX they are arguments of the step; the model itself does not hold them
    during a training.
    """
    if BACKEND != "jax":
        return named
    trained, others = args[0][:2]
    given = {
        id(variable): value
        for variables, values in (
            (model.trainable_variables, trained),
            (model.non_trainable_variables, others),
        )
        for variable, value in zip(variables, values, strict=True)
    }
    return {name: given[id(variable)] for name, variable in named.items()}


class Notes:
    """Records values of a training in variables, which a graph can write."""

    def __init__(self) -> None:
        self.step = keras.Variable(0, dtype="int32", trainable=False)

    def blank(self, shape: Any) -> Any:
        return keras.Variable(np.zeros(shape), trainable=False)

    def put(self, losses: Any, value: Any, add: bool = False) -> None:
        """Record this step's loss, or add to what is recorded for this step."""
        value = ops.cast(value, losses.dtype)
        if add:
            value = ops.take(losses, self.step) + value
        index = ops.reshape(self.step, (1, 1))
        value = ops.reshape(value, (1,))
        losses.assign(ops.scatter_update(losses, index, value))

    def keep(self, stores: Any, values: Mapping[str, Any], at: int) -> None:
        """Record values by name if this is step `at`, counted from 0."""
        now = ops.equal(self.step, at)
        for name, value in values.items():
            stores[name].assign(ops.where(now, value, stores[name]))

    def count(self) -> None:
        """Count a step, at its end."""
        self.step.assign(self.step + 1)

    def taken(self) -> int:
        """Wait for all pending records; return the number of steps."""
        return int(self.step.numpy())

    def read(self, stores: Mapping[str, Any]) -> State:
        return {name: np.array(value) for name, value in stores.items()}


class CalledBack(Notes):
    """Records values in NumPy arrays, for JAX.

    JAX's compiled code cannot write variables. It calls back to Python, in
    order, with the values to record.
    """

    def __init__(self) -> None:
        self.step = np.zeros((), "int32")

    def blank(self, shape: Any) -> Any:
        return np.zeros(shape, keras.config.floatx())

    def put(self, losses: Any, value: Any, add: bool = False) -> None:
        def write(value: Any) -> None:
            losses[self.step] = value + (losses[self.step] if add else 0)

        jax.debug.callback(write, value, ordered=True)

    def keep(self, stores: Any, values: Mapping[str, Any], at: int) -> None:
        def write(values: Any) -> None:
            for name, value in values.items() if self.step == at else ():
                stores[name][...] = value

        jax.debug.callback(write, dict(values), ordered=True)

    def count(self) -> None:
        def write() -> None:
            self.step += 1

        jax.debug.callback(write, ordered=True)

    def taken(self) -> int:
        jax.effects_barrier()
        return int(self.step)


def notes() -> Notes:
    return CalledBack() if BACKEND == "jax" else Notes()
