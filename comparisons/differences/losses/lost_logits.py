"""Anything after the softmax makes Keras' loss forget the logits."""

import numpy as np

KERAS = """\
A softmax's output carries its logits, and the loss uses them; a Reshape or
a product after it drops them, and the loss clips probabilities to
[1e-7, 1 - 1e-7] (keras/src/backend/tensorflow/nn.py, _get_logits)."""

PYTORCH = """\
There is nothing to forget: the loss has logits to begin with."""

FIX = """\
Keras: softmax last, or none and from_logits=True."""

GAP = 4.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Maps of logits, some far on the wrong side."""
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(scale=20, size=(2, 3, 3, 4)),
        "labels": random.integers(4, size=(2, 9)),
    }


def keras_default(logits, labels):
    import keras
    from keras import layers

    outputs = layers.Reshape((9, 4))(layers.Softmax()(logits))
    return keras.losses.SparseCategoricalCrossentropy()(labels, outputs)


def torch_default(logits, labels):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(logits).flatten(0, 2)
    return F.cross_entropy(outputs, torch.from_numpy(labels).flatten())


def torch_as_keras(logits, labels):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(logits).flatten(0, 2).softmax(dim=-1)
    outputs = outputs.clamp(1e-7, 1 - 1e-7).log()
    return F.cross_entropy(outputs, torch.from_numpy(labels).flatten())


def keras_as_torch(logits, labels):
    import keras
    from keras import layers

    outputs = layers.Softmax()(layers.Reshape((9, 4))(logits))
    return keras.losses.SparseCategoricalCrossentropy()(labels, outputs)
