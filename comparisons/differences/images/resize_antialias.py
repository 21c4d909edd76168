"""torchvision's Resize makes smoother pictures than Keras' Resizing."""

import numpy as np

KERAS = """\
Resizing and ops.image.resize have antialias=False: a smaller picture is made
of some of the pixels (keras/src/layers/preprocessing/image_preprocessing/
resizing.py)."""

PYTORCH = """\
v2.Resize has antialias=True, and PIL always smooths
(torchvision/transforms/v2/_geometry.py); F.interpolate has antialias=False."""

FIX = """\
Say antialias on both sides. Smoothing is the better choice for pictures."""

GAP = 0.3
# TensorFlow resizes in float32, in float64 too: resize_in_float32.
CLOSED = {"float32": 5e-6, "float64": 5e-6}


def inputs():
    return {"x": np.random.default_rng(0).uniform(size=(2, 32, 32, 3))}


def keras_default(x):
    from keras import layers

    return layers.Resizing(13, 13)(x)


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return v2.Resize((13, 13))(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return v2.Resize((13, 13), antialias=False)(x).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    return layers.Resizing(13, 13, antialias=True)(x)
