"""CategoricalHinge looks at the worst rival, MultiMarginLoss at all."""

import numpy as np

KERAS = """\
max(0, 1 + best wrong output - right output); the best wrong output counts as
0 at least (keras/src/losses/losses.py, categorical_hinge)."""

PYTORCH = """\
The same margin for every wrong class, summed and divided by the number of
classes (torch/nn/modules/loss.py, MultiMarginLoss)."""

FIX = """\
Take the largest rival, or the mean of the margins, by hand."""

GAP = 0.9
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "outputs": random.normal(size=(8, 5)),
        "labels": random.integers(5, size=8),
    }


def keras_default(outputs, labels):
    import keras

    targets = keras.utils.to_categorical(labels, 5)
    return keras.losses.CategoricalHinge()(targets, outputs)


def torch_default(outputs, labels):
    import torch
    from torch import nn

    outputs, labels = torch.from_numpy(outputs), torch.from_numpy(labels)
    return nn.MultiMarginLoss()(outputs, labels)


def torch_as_keras(outputs, labels):
    import torch
    import torch.nn.functional as F

    outputs, labels = torch.from_numpy(outputs), torch.from_numpy(labels)
    targets = F.one_hot(labels, 5)
    right = (targets * outputs).sum(dim=-1)
    wrong = ((1 - targets) * outputs).amax(dim=-1)
    return (1 + wrong - right).clamp(min=0).mean()


def keras_as_torch(outputs, labels):
    from keras import ops

    targets = ops.one_hot(labels, 5)
    right = ops.sum(targets * outputs, axis=-1, keepdims=True)
    margins = ops.relu(1 + outputs - right)
    return ops.mean((1 - targets) * margins)
