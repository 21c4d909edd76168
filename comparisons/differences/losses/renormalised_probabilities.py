"""Keras' categorical cross entropy makes rows sum to one first."""

import numpy as np

KERAS = """\
Divides plain probabilities by their sum, then clips
(keras/src/backend/tensorflow/nn.py, categorical_crossentropy)."""

PYTORCH = """\
There is no loss for probabilities: what people write, -(y * p.log()), takes
them as they are."""

FIX = """\
Divide by the sum, or write the formula out in Keras. Felt with sigmoid
outputs, mixtures of models and weighted softmaxes."""

GAP = 0.5
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "outputs": random.uniform(0.05, 0.95, size=(16, 5)),
        "targets": np.eye(5)[random.integers(5, size=16)],
    }


def keras_default(outputs, targets):
    import keras

    return keras.losses.CategoricalCrossentropy()(targets, outputs)


def torch_default(outputs, targets):
    import torch

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return -(targets * outputs.log()).sum(dim=-1).mean()


def torch_as_keras(outputs, targets):
    import torch

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    outputs = outputs / outputs.sum(dim=-1, keepdim=True)
    outputs = outputs.clamp(1e-7, 1 - 1e-7)
    return -(targets * outputs.log()).sum(dim=-1).mean()


def keras_as_torch(outputs, targets):
    from keras import ops

    return -ops.mean(ops.sum(targets * ops.log(outputs), axis=-1))
