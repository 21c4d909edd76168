"""A softmax at the model's end spoils PyTorch's cross entropy."""

import numpy as np

KERAS = """\
The losses take probabilities, from_logits=False, and find the logits behind
a softmax (keras/src/backend/tensorflow/nn.py, _get_logits)."""

PYTORCH = """\
F.cross_entropy takes logits, always: behind a softmax it applies a second
one, silently (torch/nn/functional.py, cross_entropy)."""

FIX = """\
No softmax in the PyTorch model; apply it where probabilities are shown."""

GAP = 0.5
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(scale=2, size=(16, 5)),
        "labels": random.integers(5, size=16),
    }


def keras_default(logits, labels):
    import keras
    from keras import layers

    outputs = layers.Softmax()(logits)
    return keras.losses.SparseCategoricalCrossentropy()(labels, outputs)


def torch_default(logits, labels):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(logits).softmax(dim=-1)
    return F.cross_entropy(outputs, torch.from_numpy(labels))


def torch_as_keras(logits, labels):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(logits)
    return F.cross_entropy(outputs, torch.from_numpy(labels))


def keras_as_torch(logits, labels):
    import keras
    from keras import layers

    outputs = layers.Softmax()(layers.Softmax()(logits))
    return keras.losses.SparseCategoricalCrossentropy()(labels, outputs)
