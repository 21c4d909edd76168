"""Keras' Precision and Recall of a softmax cut at 0.5 and take no argmax."""

import numpy as np

KERAS = """\
Every output above 0.5 is a predicted positive: a row whose classes are all
below predicts nothing (keras/src/metrics/confusion_metrics.py, Precision)."""

PYTORCH = """\
People take the argmax, which predicts one class for each row."""

FIX = """\
Precision(top_k=1) in Keras, > 0.5 in PyTorch. With the argmax, precision over
all classes at once is accuracy: class_id=0 gives that of one class."""

GAP = 0.05
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    labels = random.integers(4, size=200)
    weights = np.exp(random.normal(size=(200, 4)) + np.eye(4)[labels])
    return {
        "targets": np.eye(4)[labels],
        "probabilities": weights / weights.sum(-1, keepdims=True),
    }


def keras_default(targets, probabilities):
    import keras

    return keras.metrics.Precision()(targets, probabilities)


def torch_default(targets, probabilities):
    import torch
    import torch.nn.functional as F

    targets = torch.from_numpy(targets).bool()
    predicted = F.one_hot(torch.from_numpy(probabilities).argmax(1), 4).bool()
    return (predicted & targets).sum().double() / predicted.sum()


def torch_as_keras(targets, probabilities):
    import torch

    targets = torch.from_numpy(targets).bool()
    predicted = torch.from_numpy(probabilities) > 0.5
    return (predicted & targets).sum().double() / predicted.sum()


def keras_as_torch(targets, probabilities):
    import keras

    return keras.metrics.Precision(top_k=1)(targets, probabilities)
