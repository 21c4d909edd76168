"""BatchNorm of large maps is off by 1e-4 in Keras: float32 sums."""

import numpy as np

KERAS = """\
tf.nn.moments adds up one number after the other: over 25,000 cells float32
loses 5e-5 of the variance (keras/src/backend/tensorflow/nn.py, moments)."""

PYTORCH = """\
Adds up in blocks, and loses 4e-8 of it (F.batch_norm); in channels_last memory
it loses as much as TensorFlow."""

FIX = """\
In Keras compute in float64: layers.BatchNormalization(dtype="float64"), and
cast what it returns."""

NOT_POSSIBLE = """\
Nobody wants the loss of digits, and rounding is not to be copied."""

GAP = 2e-5
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """A map of 32 pictures, four fifths of it background."""
    random = np.random.default_rng(0)
    x = random.uniform(size=(32, 28, 28, 2))
    return {"x": np.maximum(0, x - 0.8) * 5}


def keras_default(x):
    from keras import layers

    return layers.BatchNormalization()(x, training=True)


def torch_default(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()
    return nn.BatchNorm2d(2, eps=1e-3)(x).permute(0, 2, 3, 1)


def keras_as_torch(x):
    import keras
    from keras import layers

    norm = layers.BatchNormalization(dtype="float64")
    return keras.ops.cast(norm(x, training=True), keras.config.floatx())
