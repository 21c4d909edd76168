"""Precision over an epoch is not the mean of the batches' precisions."""

import numpy as np

KERAS = """\
Precision and Recall add up counts and divide once, in result
(keras/src/metrics/confusion_metrics.py, Precision)."""

PYTORCH = """\
Loops average a value per batch, which gives a batch with two predicted
positives as much say as one with twenty."""

FIX = """\
Keep the counts over the epoch, and divide at its end. In Keras
reset_state() before each batch gives the batch's own value."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Rows in batches of 16, of which few are predicted positive."""
    random = np.random.default_rng(0)
    return {
        "labels": random.integers(2, size=68),
        "scores": random.uniform(0, 0.6, size=68),
    }


def keras_default(labels, scores):
    import keras

    metric = keras.metrics.Precision()
    for i in range(0, 68, 16):
        metric.update_state(labels[i : i + 16], scores[i : i + 16])
    return metric.result()


def torch_default(labels, scores):
    import torch

    labels, scores = torch.from_numpy(labels), torch.from_numpy(scores)
    precisions = []
    for truth, score in zip(labels.split(16), scores.split(16), strict=True):
        predicted = score > 0.5
        hits = (predicted & (truth == 1)).sum()
        precisions.append(hits.double() / predicted.sum())
    return torch.stack(precisions).mean()


def torch_as_keras(labels, scores):
    import torch

    labels, scores = torch.from_numpy(labels), torch.from_numpy(scores)
    hits = positives = 0
    for truth, score in zip(labels.split(16), scores.split(16), strict=True):
        predicted = score > 0.5
        hits += (predicted & (truth == 1)).sum().item()
        positives += predicted.sum().item()
    return hits / positives


def keras_as_torch(labels, scores):
    import keras

    metric = keras.metrics.Precision()
    precisions = []
    for i in range(0, 68, 16):
        metric.reset_state()
        precisions.append(metric(labels[i : i + 16], scores[i : i + 16]))
    return np.mean(precisions)
