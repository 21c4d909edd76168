"""Features scaled by adapt are not those scaled by torch.std."""

import numpy as np

KERAS = """\
Normalization.adapt takes the population's variance (divides by N:
keras/src/layers/preprocessing/normalization.py)."""

PYTORCH = """\
x.std(0) is the sample's (N - 1: torch/_torch_docs.py, std)."""

FIX = """\
std(0, correction=0) in PyTorch; in Keras give the layer mean= and variance=
instead of adapting it."""

GAP = 0.05
CLOSED = {"float32": 5e-6, "float64": 1e-14}


def inputs():
    return {"x": np.random.default_rng(0).normal(scale=3.0, size=(12, 4))}


def keras_default(x):
    from keras import layers

    scale = layers.Normalization()
    scale.adapt(x)
    return scale(x)


def torch_default(x):
    import torch

    x = torch.from_numpy(x)
    return (x - x.mean(0)) / x.std(0)


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x)
    return (x - x.mean(0)) / x.std(0, correction=0)


def keras_as_torch(x):
    from keras import layers

    scale = layers.Normalization(mean=x.mean(0), variance=x.var(0, ddof=1))
    return scale(x)
