"""Nearest-neighbour resizing picks other pixels in PyTorch."""

import numpy as np

KERAS = """\
Takes the pixel whose centre is nearest: floor((i + 0.5) * n / m)
(keras/src/backend/tensorflow/image.py, resize)."""

PYTORCH = """\
mode="nearest" takes floor(i * n / m); "nearest-exact" is the other
(torch/nn/functional.py, interpolate)."""

FIX = """\
mode="nearest-exact". In Keras take rows and columns by index. Masks of
segmentation shift by up to half a pixel else."""

GAP = 0.5
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"x": np.random.default_rng(0).uniform(size=(2, 16, 16, 3))}


def keras_default(x):
    from keras import layers

    return layers.Resizing(7, 7, interpolation="nearest")(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return F.interpolate(x, (7, 7), mode="nearest").permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return F.interpolate(x, (7, 7), mode="nearest-exact").permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import ops

    index = np.arange(7) * 16 // 7
    return ops.take(ops.take(x, index, axis=1), index, axis=2)
