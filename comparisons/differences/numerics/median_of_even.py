"""The median of an even number of values is the lower one in PyTorch."""

import numpy as np

KERAS = """\
ops.median is the mean of the two in the middle, as in NumPy
(keras/src/backend/tensorflow/numpy.py, median)."""

PYTORCH = """\
torch.median is the lower of the two (torch/_torch_docs.py, median)."""

FIX = """\
torch.quantile(x, 0.5) takes the mean; in Keras sort and index."""

GAP = 0.4
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(6, 3))}


def keras_default(x):
    from keras import ops

    return ops.median(x, axis=0)


def torch_default(x):
    import torch

    return torch.from_numpy(x).median(dim=0).values


def torch_as_keras(x):
    import torch

    return torch.from_numpy(x).quantile(0.5, dim=0)


def keras_as_torch(x):
    from keras import ops

    return ops.sort(x, axis=0)[(len(x) - 1) // 2]
