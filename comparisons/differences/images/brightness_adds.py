"""Brightness is added in Keras and multiplied in torchvision."""

import numpy as np

KERAS = """\
RandomBrightness(0.2) adds up to 0.2 of value_range, (0, 255) by default: a
picture in 0..1 gets up to 51 (keras/src/layers/preprocessing/
image_preprocessing/random_brightness.py)."""

PYTORCH = """\
ColorJitter(brightness=0.2) multiplies by 0.8 to 1.2, and takes 1 for white
(torchvision/transforms/v2/_color.py): black stays black."""

FIX = """\
Write the other's formula, and say value_range=(0, 1) where pictures are
scaled."""

GAP = 0.1
# TensorFlow makes float32 of the bounds, in float64 too: 1.2 is 5e-8 away.
CLOSED = {"float32": 1e-6, "float64": 2e-7}


def inputs():
    """Pictures in 0..1; what is drawn is always +0.2."""
    return {"x": np.random.default_rng(0).uniform(size=(2, 6, 6, 3))}


def keras_default(x):
    from keras import layers

    brighten = layers.RandomBrightness((0.2, 0.2), value_range=(0, 1))
    return brighten(x, training=True)


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return v2.ColorJitter(brightness=(1.2, 1.2))(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    more = torch.empty(len(x), 1, 1, 1).uniform_(0.2, 0.2)
    return (x + more).clamp(0, 1).permute(0, 2, 3, 1)


def keras_as_torch(x):
    import keras
    from keras import ops

    factor = keras.random.uniform((), 1.2, 1.2)
    return ops.clip(x * factor, 0, 1)
