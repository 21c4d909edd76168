"""Keras' float32 mean over many rows loses digits that PyTorch keeps."""

import numpy as np

KERAS = """\
TensorFlow's sum over the first axes adds row after row to one float32
(measured on a CPU; batch_normalization.py takes its mean so, by
ops.moments)."""

PYTORCH = """\
Adds in cascades: the error does not grow with the number of rows
(aten/src/ATen/native/cpu/SumKernel.cpp)."""

FIX = """\
Cast to float64 for the sum, and back. In PyTorch there is nothing to mend."""

NOT_POSSIBLE = "No sum of PyTorch's rounds after each row, cumsum neither."

GAP = 5e-5
CLOSED = {"float32": 1e-6, "float64": 1e-12}


def inputs():
    """A tenth everywhere: no float32 is exactly that."""
    return {"x": np.full((200_000, 4), 0.1)}


def keras_default(x):
    from keras import ops

    return ops.mean(x, axis=0)


def torch_default(x):
    import torch

    return torch.from_numpy(x).mean(0)


def keras_as_torch(x):
    from keras import ops

    return ops.mean(ops.cast(x, "float64"), axis=0)
