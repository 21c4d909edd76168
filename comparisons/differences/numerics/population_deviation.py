"""std and var divide by N in Keras and by N - 1 in PyTorch."""

import numpy as np

KERAS = """\
ops.std and ops.var are the population's, as in NumPy
(keras/src/backend/tensorflow/numpy.py)."""

PYTORCH = """\
torch.std and torch.var have correction=1, Bessel's
(torch/_torch_docs.py, std)."""

FIX = """\
correction=0 (or unbiased=False) in PyTorch; in Keras scale by N / (N - 1).
Data scaled to unit deviation differ by it, most with few samples."""

GAP = 0.3
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(5, 3))}


def keras_default(x):
    from keras import ops

    return {"std": ops.std(x, axis=0), "var": ops.var(x, axis=0)}


def torch_default(x):
    import torch

    x = torch.from_numpy(x)
    return {"std": x.std(dim=0), "var": x.var(dim=0)}


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x)
    return {
        "std": x.std(dim=0, correction=0),
        "var": x.var(dim=0, correction=0),
    }


def keras_as_torch(x):
    from keras import ops

    variance = ops.var(x, axis=0) * (len(x) / (len(x) - 1))
    return {"std": ops.sqrt(variance), "var": variance}
