"""Keras' Dice is that of the whole batch, not the mean over images."""

import numpy as np

KERAS = """\
axis=None: all images count as one, so that large objects drown small ones;
1e-7 in the divisor (keras/src/losses/losses.py, dice)."""

PYTORCH = """\
No such loss; what people write is one Dice per image, then the mean."""

FIX = """\
Say over which axes: Dice(axis=(1, 2, 3)) in Keras, or a sum without dim in
PyTorch."""

GAP = 0.2
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    """Masks of a large object, found well, and of a small one, found badly."""
    random = np.random.default_rng(0)
    masks = np.zeros((2, 8, 8, 1))
    masks[0, 1:7, 1:7], masks[1, 2:4, 2:4] = 1, 1
    hits = np.array([0.9, 0.3])[:, None, None, None]
    noise = random.uniform(0, 0.1, size=masks.shape)
    return {"outputs": masks * hits + noise, "masks": masks}


def keras_default(outputs, masks):
    import keras

    return keras.losses.Dice()(masks, outputs)


def torch_default(outputs, masks):
    import torch

    outputs, masks = torch.from_numpy(outputs), torch.from_numpy(masks)
    both = (outputs * masks).sum(dim=(1, 2, 3))
    sizes = outputs.sum(dim=(1, 2, 3)) + masks.sum(dim=(1, 2, 3))
    return (1 - 2 * both / (sizes + 1e-7)).mean()


def torch_as_keras(outputs, masks):
    import torch

    outputs, masks = torch.from_numpy(outputs), torch.from_numpy(masks)
    sizes = outputs.sum() + masks.sum()
    return 1 - 2 * (outputs * masks).sum() / (sizes + 1e-7)


def keras_as_torch(outputs, masks):
    import keras

    return keras.losses.Dice(axis=(1, 2, 3))(masks, outputs)
