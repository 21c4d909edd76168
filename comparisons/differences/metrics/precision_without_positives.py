"""Precision is nan in PyTorch where nothing was predicted, 0 in Keras."""

import numpy as np

KERAS = """\
Metrics divide by ops.divide_no_nan: 0 / 0 is 0
(keras/src/metrics/confusion_metrics.py, Precision, result)."""

PYTORCH = """\
0 / 0 is nan, and so is every mean that takes it in."""

FIX = """\
predicted.sum().clamp(min=1); nan in Keras needs the counts' plain quotient."""

GAP = float("inf")
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """A batch in which no score is above 0.5."""
    random = np.random.default_rng(0)
    return {
        "labels": random.integers(2, size=16),
        "scores": random.uniform(0, 0.4, size=16),
    }


def keras_default(labels, scores):
    import keras

    return keras.metrics.Precision()(labels, scores)


def torch_default(labels, scores):
    import torch

    predicted = torch.from_numpy(scores) > 0.5
    hits = predicted & (torch.from_numpy(labels) == 1)
    return hits.sum() / predicted.sum()


def torch_as_keras(labels, scores):
    import torch

    predicted = torch.from_numpy(scores) > 0.5
    hits = predicted & (torch.from_numpy(labels) == 1)
    return hits.sum() / predicted.sum().clamp(min=1)


def keras_as_torch(labels, scores):
    import keras

    metric = keras.metrics.Precision()
    metric.update_state(labels, scores)
    positives = metric.true_positives + metric.false_positives
    return (metric.true_positives / positives)[0]
