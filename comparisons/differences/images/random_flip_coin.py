"""RandomFlip() never flips pictures along one axis alone."""

import numpy as np

KERAS = """\
mode="horizontal_and_vertical" is the default, and one coin decides on both:
half of the pictures are turned by 180 degrees
(keras/src/layers/preprocessing/image_preprocessing/random_flip.py)."""

PYTORCH = """\
RandomHorizontalFlip and RandomVerticalFlip each have a coin of their own
(torchvision/transforms/v2/_geometry.py)."""

FIX = """\
Keras: two layers, "horizontal" and "vertical"; most pictures want the first
only. PyTorch: torch.where with one coin a picture."""

GAP = 0.15
# Shares of 1000 pictures: random numbers differ, and so the share by 0.02.
CLOSED = {"float32": 0.1, "float64": 0.1}


def inputs():
    """A thousand times the same picture, whose four corners tell."""
    return {"x": np.tile([[1.0, 2.0], [3.0, 4.0]], (1000, 1, 1))[..., None]}


def keras_default(x):
    from keras import layers, ops

    y = layers.RandomFlip()(x, training=True)
    corner = ops.convert_to_numpy(y)[:, 0, 0, 0]
    return {f"{c} first": np.mean(corner == c) for c in (1, 2, 3, 4)}


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    flip = v2.Compose([v2.RandomHorizontalFlip(), v2.RandomVerticalFlip()])
    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    y = torch.stack([flip(picture) for picture in x])
    corner = y[:, 0, 0, 0].numpy()
    return {f"{c} first": np.mean(corner == c) for c in (1, 2, 3, 4)}


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    coin = torch.rand(len(x), 1, 1, 1) < 0.5
    y = torch.where(coin, x.flip(2, 3), x)
    corner = y[:, 0, 0, 0].numpy()
    return {f"{c} first": np.mean(corner == c) for c in (1, 2, 3, 4)}


def keras_as_torch(x):
    from keras import layers, ops

    y = layers.RandomFlip("horizontal")(x, training=True)
    y = layers.RandomFlip("vertical")(y, training=True)
    corner = ops.convert_to_numpy(y)[:, 0, 0, 0]
    return {f"{c} first": np.mean(corner == c) for c in (1, 2, 3, 4)}
