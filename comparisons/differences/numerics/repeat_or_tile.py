"""repeat repeats every value in Keras, and the whole tensor in PyTorch."""

import numpy as np

KERAS = """\
ops.repeat([a, b], 2) is a, a, b, b, as NumPy's
(keras/src/backend/tensorflow/numpy.py, repeat)."""

PYTORCH = """\
x.repeat(2) is a, b, a, b, which Keras and NumPy call tile
(torch/_tensor_docs.py, repeat)."""

FIX = """\
x.repeat_interleave(2) in PyTorch, ops.tile(x, 2) in Keras: the shapes are
alike, so nothing fails."""

GAP = 1.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"x": np.array([1.0, 2.0, 3.0])}


def keras_default(x):
    from keras import ops

    return ops.repeat(x, 2)


def torch_default(x):
    import torch

    return torch.from_numpy(x).repeat(2)


def torch_as_keras(x):
    import torch

    return torch.from_numpy(x).repeat_interleave(2)


def keras_as_torch(x):
    from keras import ops

    return ops.tile(x, 2)
