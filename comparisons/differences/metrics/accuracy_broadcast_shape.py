"""Accuracy of outputs (N, 1) against labels (N,) compares every pair."""

import numpy as np

KERAS = """\
A metric gives the labels their missing axis
(keras/src/losses/loss.py, squeeze_or_expand_to_same_rank)."""

PYTORCH = """\
== broadcasts to (N, N), without a warning, and the mean of that looks like
chance: the model seems to learn nothing."""

FIX = """\
outputs.squeeze(1) == labels; assert that the shapes are equal. The loss has
the same trap: see squeezed_targets."""

GAP = 0.3
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Outputs that are nearly all right."""
    random = np.random.default_rng(0)
    labels = random.integers(2, size=40)
    outputs = np.where(labels == 1, 0.8, 0.2)
    outputs[0] = 0.5 + 0.3 * (1 - 2 * labels[0])
    return {"labels": labels, "outputs": outputs[:, None]}


def keras_default(labels, outputs):
    import keras

    return keras.metrics.BinaryAccuracy()(labels, outputs)


def torch_default(labels, outputs):
    import torch

    predicted = torch.from_numpy(outputs) > 0.5
    return (predicted == torch.from_numpy(labels)).double().mean()


def torch_as_keras(labels, outputs):
    import torch

    predicted = torch.from_numpy(outputs).squeeze(1) > 0.5
    return (predicted == torch.from_numpy(labels)).double().mean()


def keras_as_torch(labels, outputs):
    from keras import ops

    predicted = ops.cast(outputs > 0.5, "int64")
    return ops.mean(ops.cast(ops.equal(predicted, labels), "float64"))
