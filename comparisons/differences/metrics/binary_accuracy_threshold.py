"""A probability of exactly 0.5 counts as the negative class in Keras."""

import numpy as np

KERAS = """\
BinaryAccuracy asks p > 0.5; so do Precision, Recall and AUC
(keras/src/metrics/accuracy_metrics.py, binary_accuracy)."""

PYTORCH = """\
Has no metrics: people write p >= 0.5, or p.round(), which goes to the even
number and so agrees with Keras."""

FIX = """\
Write `>` in PyTorch. A unit that is dead gives 0.5 exactly, so the tie is
not rare at the start of a training."""

GAP = 0.05
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Probabilities in quarters, so that some are 0.5."""
    random = np.random.default_rng(0)
    return {
        "labels": random.integers(2, size=40),
        "probabilities": random.integers(1, 4, size=40) / 4,
    }


def keras_default(labels, probabilities):
    import keras

    return keras.metrics.BinaryAccuracy()(labels, probabilities)


def torch_default(labels, probabilities):
    import torch

    labels = torch.from_numpy(labels)
    predicted = torch.from_numpy(probabilities) >= 0.5
    return (predicted == labels).double().mean()


def torch_as_keras(labels, probabilities):
    import torch

    labels = torch.from_numpy(labels)
    predicted = torch.from_numpy(probabilities) > 0.5
    return (predicted == labels).double().mean()


def keras_as_torch(labels, probabilities):
    import keras
    from keras import ops

    def accuracy(labels, probabilities):
        predicted = ops.cast(probabilities >= 0.5, labels.dtype)
        return ops.cast(predicted == labels, probabilities.dtype)

    metric = keras.metrics.MeanMetricWrapper(accuracy)
    labels = ops.convert_to_tensor(labels)
    return metric(labels, ops.convert_to_tensor(probabilities))
