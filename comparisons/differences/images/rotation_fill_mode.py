"""Rotated pictures have black corners in PyTorch."""

import numpy as np

KERAS = """\
RandomRotation(factor) in parts of a full turn; fill_mode="reflect",
interpolation="bilinear"; raises where floatx is float64
(keras/src/layers/preprocessing/image_preprocessing/random_rotation.py)."""

PYTORCH = """\
v2.RandomRotation(degrees); fill=0, interpolation nearest
(torchvision/transforms/v2/_geometry.py). Positive is counter-clockwise in
both."""

FIX = """\
PyTorch: F.affine_grid and F.grid_sample with padding_mode="reflection". Keras:
fill_mode="constant", interpolation="nearest"."""

GAP = 0.5
# TensorFlow turns in float32, and here must: in float64 the layer raises.
CLOSED = {"float32": 2e-5, "float64": 2e-5}


def inputs():
    """Square pictures in 0..1; what is drawn is always 30 degrees."""
    return {"x": np.random.default_rng(0).uniform(size=(2, 16, 16, 3))}


def keras_default(x):
    import keras

    keras.config.set_floatx("float32")
    rotate = keras.layers.RandomRotation((30 / 360, 30 / 360))
    return rotate(x.astype("float32"), training=True)


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return v2.RandomRotation((30, 30))(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    angle = torch.deg2rad(torch.empty(len(x)).uniform_(30, 30))
    matrix = torch.zeros(len(x), 2, 3)
    matrix[:, 0, 0] = matrix[:, 1, 1] = angle.cos()
    matrix[:, 0, 1], matrix[:, 1, 0] = -angle.sin(), angle.sin()
    grid = F.affine_grid(matrix, x.shape, align_corners=False)
    y = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    return y.permute(0, 2, 3, 1)


def keras_as_torch(x):
    import keras

    keras.config.set_floatx("float32")
    rotate = keras.layers.RandomRotation(
        (30 / 360, 30 / 360), fill_mode="constant", interpolation="nearest"
    )
    return rotate(x.astype("float32"), training=True)
