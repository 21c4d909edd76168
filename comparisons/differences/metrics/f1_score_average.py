"""F1Score returns one number for each class, not one for all."""

import numpy as np

KERAS = """\
F1Score(average=None) is an array over the classes, of one-hot targets
(keras/src/metrics/f_score_metrics.py, FBetaScore)."""

PYTORCH = """\
Has none; people write the mean over classes, as torchmetrics' and
scikit-learn's average="macro" do."""

FIX = """\
F1Score(average="macro") in Keras, "micro" for what is accuracy where each
row has one class; or leave out the mean in PyTorch."""

GAP = float("inf")
# Keras adds its epsilon of 1e-7 to what it divides by.
CLOSED = {"float32": 1e-6, "float64": 1e-6}


def inputs():
    random = np.random.default_rng(0)
    labels = random.integers(3, size=60)
    return {
        "targets": np.eye(3)[labels],
        "logits": random.normal(size=(60, 3)) + np.eye(3)[labels],
    }


def keras_default(targets, logits):
    import keras

    return keras.metrics.F1Score()(targets, logits)


def torch_default(targets, logits):
    import torch
    import torch.nn.functional as F

    targets, logits = torch.from_numpy(targets), torch.from_numpy(logits)
    predicted = F.one_hot(logits.argmax(1), 3)
    hits = (predicted * targets).sum(0)
    return (2 * hits / (predicted.sum(0) + targets.sum(0))).mean()


def torch_as_keras(targets, logits):
    import torch
    import torch.nn.functional as F

    targets, logits = torch.from_numpy(targets), torch.from_numpy(logits)
    predicted = F.one_hot(logits.argmax(1), 3)
    hits = (predicted * targets).sum(0)
    return 2 * hits / (predicted.sum(0) + targets.sum(0))


def keras_as_torch(targets, logits):
    import keras

    return keras.metrics.F1Score(average="macro")(targets, logits)
