"""F.kl_div is smaller than Keras' KLDivergence, by the number of classes."""

import numpy as np

KERAS = """\
Takes probabilities; sums over the classes, means over the batch
(keras/src/losses/losses.py, kl_divergence)."""

PYTORCH = """\
Takes log-probabilities first, then targets; reduction="mean" divides by all
elements (torch/nn/functional.py, kl_div)."""

FIX = """\
reduction="batchmean", with log_softmax as input. With a time axis Keras
divides by the steps too: flatten them into the batch."""

GAP = 0.1
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "outputs": random.dirichlet(np.full(4, 3.0), size=8),
        "targets": random.dirichlet(np.full(4, 3.0), size=8),
    }


def keras_default(outputs, targets):
    import keras

    return keras.losses.KLDivergence()(targets, outputs)


def torch_default(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return F.kl_div(outputs.log(), targets)


def torch_as_keras(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return F.kl_div(outputs.log(), targets, reduction="batchmean")


def keras_as_torch(outputs, targets):
    import keras

    classes = targets.shape[-1]
    return keras.losses.KLDivergence()(targets, outputs) / classes
