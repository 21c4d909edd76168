"""split(x, 3) makes three parts in Keras, and parts of three in PyTorch."""

import numpy as np

KERAS = """\
ops.split, as NumPy's: a number is how many parts, a list is where to cut
(keras/src/backend/tensorflow/numpy.py, split)."""

PYTORCH = """\
A number is the size of a part, a list is the sizes
(torch/functional.py, split)."""

FIX = """\
x.tensor_split(3) in PyTorch, where chunk(3) may give fewer parts;
ops.split(x, range(3, n, 3)) in Keras."""

GAP = float("inf")
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"x": np.arange(12.0)}


def keras_default(x):
    from keras import ops

    return ops.stack(ops.split(x, 3))


def torch_default(x):
    import torch

    return torch.stack(torch.from_numpy(x).split(3))


def torch_as_keras(x):
    import torch

    return torch.stack(torch.from_numpy(x).tensor_split(3))


def keras_as_torch(x):
    from keras import ops

    return ops.stack(ops.split(x, list(range(3, len(x), 3))))
