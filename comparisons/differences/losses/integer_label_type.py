"""PyTorch's cross entropy refuses labels that are int32."""

import numpy as np

KERAS = """\
Takes labels of any type, float ones too, and casts them to int64
(keras/src/backend/tensorflow/nn.py, sparse_categorical_crossentropy)."""

PYTORCH = """\
RuntimeError unless labels are int64 (or uint8)
(torch/nn/functional.py, cross_entropy)."""

FIX = """\
labels.long(), once, where the data are read."""

NOT_POSSIBLE = "No Keras code is wanted that refuses what works."

GAP = float("inf")
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(8, 5)),
        "labels": random.integers(5, size=8, dtype="int32"),
    }


def keras_default(logits, labels):
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(labels, logits)


def torch_default(logits, labels):
    import torch
    import torch.nn.functional as F

    return F.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels))


def torch_as_keras(logits, labels):
    import torch
    import torch.nn.functional as F

    labels = torch.from_numpy(labels).long()
    return F.cross_entropy(torch.from_numpy(logits), labels)
