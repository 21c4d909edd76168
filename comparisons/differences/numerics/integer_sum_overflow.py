"""A sum of int32 overflows in Keras and not in PyTorch."""

import numpy as np

KERAS = """\
ops.sum keeps int32, and makes int32 of smaller ones; beyond 2**31 it wraps
around to negative (keras/src/backend/tensorflow/numpy.py, sum)."""

PYTORCH = """\
sum and cumsum of integers are int64 (torch/_torch_docs.py, sum)."""

FIX = """\
ops.sum(ops.cast(x, "int64")); torch.sum(x, dtype=torch.int32) wraps too."""

GAP = 4e9
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """Three counts of a billion: 3e9, or 3e9 - 2**32."""
    return {"counts": np.full(3, 1_000_000_000, "int32")}


def keras_default(counts):
    from keras import ops

    return ops.sum(counts)


def torch_default(counts):
    import torch

    return torch.from_numpy(counts).sum()


def torch_as_keras(counts):
    import torch

    return torch.from_numpy(counts).sum(dtype=torch.int32)


def keras_as_torch(counts):
    from keras import ops

    return ops.sum(ops.cast(counts, "int64"))
