"""Keras' cross entropy of plain probabilities never exceeds 16.12."""

import numpy as np

KERAS = """\
Clips to [1e-7, 1 - 1e-7] whatever does not come right from a softmax
(keras/src/backend/tensorflow/nn.py, sparse_categorical_crossentropy)."""

PYTORCH = """\
nll_loss of a log goes as far as the number does
(torch/nn/functional.py, nll_loss)."""

FIX = """\
Give both sides logits. For Keras' number clamp, then cross_entropy of the
log, which makes the rows sum to one again."""

GAP = 3.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Probabilities as read from a file; the first is as good as wrong."""
    margins = np.array([30.0, 2.0, -1.0, 0.5])
    first = 1 / (1 + np.exp(margins))
    return {
        "probabilities": np.stack([first, 1 - first], axis=1),
        "labels": np.array([0, 0, 1, 1]),
    }


def keras_default(probabilities, labels):
    import keras

    return keras.losses.SparseCategoricalCrossentropy()(labels, probabilities)


def torch_default(probabilities, labels):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(probabilities)
    return F.nll_loss(outputs.log(), torch.from_numpy(labels))


def torch_as_keras(probabilities, labels):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(probabilities).clamp(1e-7, 1 - 1e-7)
    return F.cross_entropy(outputs.log(), torch.from_numpy(labels))


def keras_as_torch(probabilities, labels):
    import keras
    from keras import ops

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(labels, ops.log(probabilities))
