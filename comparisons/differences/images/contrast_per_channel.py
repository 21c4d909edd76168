"""Contrast keeps each channel's mean in Keras, the grey one in torchvision."""

import numpy as np

KERAS = """\
RandomContrast moves values from their channel's mean, then clips to
value_range, (0, 255) by default (keras/src/layers/preprocessing/
image_preprocessing/random_contrast.py)."""

PYTORCH = """\
ColorJitter(contrast=...) moves them from the mean of the grey picture
(torchvision/transforms/v2/functional/_color.py, adjust_contrast_image)."""

FIX = """\
Write the other's formula: the mean over height and width, or that of the grey
picture. Coloured pictures differ most."""

GAP = 0.05
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    """Reddish pictures in 0..1; the factor drawn is always 1.5."""
    x = np.random.default_rng(0).uniform(size=(2, 6, 6, 3))
    return {"x": x * [1.0, 0.5, 0.3]}


def keras_default(x):
    from keras import layers

    # From 1 - -0.5 to 1 + 0.5: a single value.
    contrast = layers.RandomContrast((-0.5, 0.5), value_range=(0, 1))
    return contrast(x, training=True)


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return v2.ColorJitter(contrast=(1.5, 1.5))(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    mean = x.mean((2, 3), keepdim=True)
    factor = torch.empty(len(x), 1, 1, 1).uniform_(1.5, 1.5)
    y = ((x - mean) * factor + mean).clamp(0, 1)
    return y.permute(0, 2, 3, 1)


def keras_as_torch(x):
    import keras
    from keras import ops

    grey = ops.image.rgb_to_grayscale(x)
    mean = ops.mean(grey, axis=(1, 2, 3), keepdims=True)
    factor = keras.random.uniform((), 1.5, 1.5)
    return ops.clip((x - mean) * factor + mean, 0, 1)
