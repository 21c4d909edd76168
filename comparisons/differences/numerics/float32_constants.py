"""Keras in float64 is not pure float64: TensorFlow rounds Python constants."""

import numpy as np

KERAS = """\
On TensorFlow, betas, momenta, weight decay, GELU's 1/sqrt(2), a leaky slope
and attention's scale pass through float32 on their way into a float64 graph;
on PyTorch and JAX they do not."""

PYTORCH = """\
Python numbers stay doubles."""

FIX = """\
Nothing to fix in float32. For proofs in float64 round the constant on the
PyTorch side, as sides/torch/keras_formulas.py does."""

GAP = 5e-9
GAP_TYPE = "float64"
# In float32 the two libraries' erf and erfc differ in the last digits.
CLOSED = {"float32": 5e-6, "float64": 1e-14}


def inputs():
    return {"x": np.linspace(-4, 4, 401)}


def keras_default(x):
    import keras
    from keras import layers

    return {
        "gelu": keras.activations.gelu(x),
        "leaky": layers.LeakyReLU(negative_slope=0.1)(x),
    }


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x)
    return {"gelu": F.gelu(x), "leaky": F.leaky_relu(x, 0.1)}


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x)
    root, slope = (float(np.float32(c)) for c in (0.5**0.5, 0.1))
    return {
        "gelu": 0.5 * x * torch.erfc(-x * root),
        "leaky": F.leaky_relu(x, slope),
    }


def keras_as_torch(x):
    from keras import ops

    # An operator turns a Python number into the other operand's own type.
    x = ops.convert_to_tensor(x)
    return {
        "gelu": 0.5 * x * (1 + ops.erf(x * 0.5**0.5)),
        "leaky": ops.where(x > 0, x, x * 0.1),
    }
