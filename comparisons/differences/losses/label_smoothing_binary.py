"""PyTorch's binary cross entropy has no label_smoothing."""

import numpy as np

KERAS = """\
BinaryCrossentropy(label_smoothing=a) learns y * (1 - a) + a / 2
(keras/src/losses/losses.py, binary_crossentropy)."""

PYTORCH = """\
Only cross_entropy has the argument, where it means what Keras'
CategoricalCrossentropy means, y * (1 - a) + a / classes
(torch/nn/functional.py)."""

FIX = """\
Smooth the targets before the loss. Two classes of a softmax are smoothed by
the same a / 2."""

GAP = 0.1
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    """Mostly right and sure of it: what smoothing is there to punish."""
    random = np.random.default_rng(0)
    targets = random.integers(2, size=(16, 1))
    sure = random.normal(3, 1, size=(16, 1))
    return {
        "logits": sure * (2 * targets - 1),
        "targets": targets.astype("float64"),
    }


def keras_default(logits, targets):
    import keras

    loss = keras.losses.BinaryCrossentropy(
        from_logits=True, label_smoothing=0.1
    )
    return loss(targets, logits)


def torch_default(logits, targets):
    import torch
    import torch.nn.functional as F

    logits, targets = torch.from_numpy(logits), torch.from_numpy(targets)
    return F.binary_cross_entropy_with_logits(logits, targets)


def torch_as_keras(logits, targets):
    import torch
    import torch.nn.functional as F

    logits, targets = torch.from_numpy(logits), torch.from_numpy(targets)
    smooth = targets * (1 - 0.1) + 0.1 / 2
    return F.binary_cross_entropy_with_logits(logits, smooth)


def keras_as_torch(logits, targets):
    import keras

    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return loss(targets, logits)
