"""Under mixed precision Keras sums residuals in half, PyTorch in float32."""

import numpy as np

KERAS = """\
A policy of "mixed_bfloat16" or "mixed_float16" casts the inputs of every
layer, Add, pooling and norms too
(keras/src/dtype_policies/dtype_policy.py, convert_input)."""

PYTORCH = """\
autocast lowers matrix products and convolutions alone; float32 plus bfloat16
is float32 (torch/amp/autocast_mode.py), so a residual stream keeps its
digits."""

FIX = """\
Give Keras' Add, and the last layers, dtype="float32". Products of two halves
agree to 1e-2 or so: check a port in float32 first."""

GAP = 0.01
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """What runs past a block, and what the block's last Dense gave."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(scale=4, size=(16, 8)),
        "branch": random.normal(size=(16, 8)),
    }


def keras_default(x, branch):
    from keras import layers, ops

    branch = ops.cast(branch, "bfloat16")
    add = layers.Add(dtype="mixed_bfloat16")
    return ops.cast(add([ops.cast(x, "float32"), branch]), "float32")


def torch_default(x, branch):
    import torch

    x, branch = torch.from_numpy(x).float(), torch.from_numpy(branch)
    with torch.autocast("cpu", torch.bfloat16):
        return x + branch.bfloat16()


def torch_as_keras(x, branch):
    import torch

    x, branch = torch.from_numpy(x).float(), torch.from_numpy(branch)
    with torch.autocast("cpu", torch.bfloat16):
        return (x.bfloat16() + branch.bfloat16()).float()


def keras_as_torch(x, branch):
    from keras import layers, ops

    branch = ops.cast(branch, "bfloat16")
    add = layers.Add(dtype="float32")
    return add([ops.cast(x, "float32"), branch])
