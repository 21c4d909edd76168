"""Binary accuracy of logits is too low: Keras cuts them at 0.5."""

import numpy as np

KERAS = """\
BinaryAccuracy(threshold=0.5), and metrics=["accuracy"] for one unit, compare
what the model gives, though the loss has from_logits=True
(keras/src/metrics/accuracy_metrics.py, binary_accuracy)."""

PYTORCH = """\
People write logits > 0, which is a probability above 0.5."""

FIX = """\
BinaryAccuracy(threshold=0) in Keras: a logit of 0.5 is a probability of
0.62."""

GAP = 0.05
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Logits that are mostly right, and small, as early in a training."""
    random = np.random.default_rng(0)
    labels = random.integers(2, size=200)
    logits = random.normal(scale=0.5, size=200) + labels - 0.5
    return {"labels": labels, "logits": logits}


def keras_default(labels, logits):
    import keras

    return keras.metrics.BinaryAccuracy()(labels, logits)


def torch_default(labels, logits):
    import torch

    predicted = torch.from_numpy(logits) > 0
    return (predicted == torch.from_numpy(labels)).double().mean()


def torch_as_keras(labels, logits):
    import torch

    predicted = torch.from_numpy(logits) > 0.5
    return (predicted == torch.from_numpy(labels)).double().mean()


def keras_as_torch(labels, logits):
    import keras

    return keras.metrics.BinaryAccuracy(threshold=0)(labels, logits)
