"""After a sigmoid Keras' binary loss still sees the logits."""

import numpy as np

KERAS = """\
A sigmoid's output carries its logits, and BinaryCrossentropy uses them
(keras/src/backend/tensorflow/nn.py, sigmoid and _get_logits)."""

PYTORCH = """\
F.binary_cross_entropy has only the probability: once that rounds to 1 the
loss is 100 and says no more (torch/nn/functional.py)."""

FIX = """\
F.binary_cross_entropy_with_logits, without the sigmoid."""

GAP = 5.0
CLOSED = {"float32": 2e-5, "float64": 1e-13}


def inputs():
    """Good guesses and bad ones; in both types sigmoid(40) is 1."""
    margins = np.array([3.0, 1.0, -0.5, -2.0, -40.0, -45.0, -70.0, -80.0])
    targets = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    logits = margins * (2 * targets - 1)
    return {"logits": logits[:, None], "targets": targets[:, None]}


def keras_default(logits, targets):
    import keras
    from keras import layers

    outputs = layers.Activation("sigmoid")(logits)
    return keras.losses.BinaryCrossentropy()(targets, outputs)


def torch_default(logits, targets):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(logits).sigmoid()
    return F.binary_cross_entropy(outputs, torch.from_numpy(targets))


def torch_as_keras(logits, targets):
    import torch
    import torch.nn.functional as F

    logits, targets = torch.from_numpy(logits), torch.from_numpy(targets)
    return F.binary_cross_entropy_with_logits(logits, targets)


def keras_as_torch(logits, targets):
    from keras import ops

    outputs = ops.sigmoid(logits)
    hits = ops.maximum(ops.log(outputs), -100)
    misses = ops.maximum(ops.log1p(-outputs), -100)
    return -ops.mean(targets * hits + (1 - targets) * misses)
