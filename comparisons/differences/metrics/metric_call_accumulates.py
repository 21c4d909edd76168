"""A Keras metric that is called on a batch answers for all batches so far."""

import numpy as np

KERAS = """\
metric(y, p) updates the state and returns the result of everything since
reset_state (keras/src/metrics/metric.py, Metric.__call__)."""

PYTORCH = """\
A function of a batch, or a loss module, knows that batch alone."""

FIX = """\
reset_state() first for a batch's own value; in PyTorch keep total and count.
fit resets metrics at the start of each epoch, own loops do not."""

GAP = 0.2
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Two batches: all right, then half wrong."""
    labels = np.tile([0, 1], 8)
    scores = np.where(labels == 1, 0.9, 0.1)
    scores[8::2] = 0.8
    return {"labels": labels, "scores": scores}


def keras_default(labels, scores):
    import keras

    metric = keras.metrics.BinaryAccuracy()
    for i in (0, 8):
        last = metric(labels[i : i + 8], scores[i : i + 8])
    return last


def torch_default(labels, scores):
    import torch

    correct = (torch.from_numpy(scores) > 0.5) == torch.from_numpy(labels)
    for batch in correct.double().split(8):
        last = batch.mean()
    return last


def torch_as_keras(labels, scores):
    import torch

    correct = (torch.from_numpy(scores) > 0.5) == torch.from_numpy(labels)
    total = count = 0
    for batch in correct.split(8):
        total, count = total + batch.sum(), count + len(batch)
    return total.double() / count


def keras_as_torch(labels, scores):
    import keras

    metric = keras.metrics.BinaryAccuracy()
    for i in (0, 8):
        metric.reset_state()
        last = metric(labels[i : i + 8], scores[i : i + 8])
    return last
