"""Normalization takes a variance, torchvision's Normalize a deviation."""

import numpy as np

KERAS = """\
Takes the mean and the variance: Normalization(mean=..., variance=...)
(keras/src/layers/preprocessing/normalization.py)."""

PYTORCH = """\
Takes the deviation: v2.Normalize(mean, std)
(torchvision/transforms/v2/_misc.py)."""

FIX = """\
Square it for Keras, take the root for PyTorch: ImageNet's 0.229 is a
deviation."""

GAP = 1.0
# TensorFlow makes float32 of the Python numbers, in float64 too.
CLOSED = {"float32": 5e-6, "float64": 2e-6}


def inputs():
    """Pictures in 0..1."""
    return {"x": np.random.default_rng(0).uniform(size=(2, 4, 4, 3))}


def keras_default(x):
    from keras import layers

    mean, variance = (0.485, 0.456, 0.406), (0.052, 0.05, 0.051)
    return layers.Normalization(mean=mean, variance=variance)(x)


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    mean, variance = (0.485, 0.456, 0.406), (0.052, 0.05, 0.051)
    return v2.Normalize(mean, variance)(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    mean, variance = (0.485, 0.456, 0.406), (0.052, 0.05, 0.051)
    deviation = [value**0.5 for value in variance]
    return v2.Normalize(mean, deviation)(x).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    mean, deviation = (0.485, 0.456, 0.406), (0.052, 0.05, 0.051)
    variance = [value**2 for value in deviation]
    return layers.Normalization(mean=mean, variance=variance)(x)
