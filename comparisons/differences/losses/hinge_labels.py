"""Keras' hinge losses turn labels of 0 and 1 into -1 and 1."""

import numpy as np

KERAS = """\
Where all labels of a batch are 0 or 1, Hinge and SquaredHinge use 2 * y - 1
(keras/src/losses/losses.py, convert_binary_labels_to_hinge)."""

PYTORCH = """\
No such loss; what people write takes labels as they are, and a 0 costs 1
whatever the output. HingeEmbeddingLoss is for distances."""

FIX = """\
2 * y - 1 once, in the data, on both sides."""

GAP = 0.3
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    labels = random.integers(2, size=(16, 1))
    outputs = 2 * labels - 1 + random.normal(size=(16, 1))
    return {"outputs": outputs, "labels": labels.astype("float64")}


def keras_default(outputs, labels):
    import keras

    return keras.losses.Hinge()(labels, outputs)


def torch_default(outputs, labels):
    import torch

    outputs, labels = torch.from_numpy(outputs), torch.from_numpy(labels)
    return (1 - labels * outputs).clamp(min=0).mean()


def torch_as_keras(outputs, labels):
    import torch

    outputs, labels = torch.from_numpy(outputs), torch.from_numpy(labels)
    return (1 - (2 * labels - 1) * outputs).clamp(min=0).mean()


def keras_as_torch(outputs, labels):
    from keras import ops

    return ops.mean(ops.relu(1 - labels * outputs))
