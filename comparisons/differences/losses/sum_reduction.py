"""reduction="sum" adds up rows in Keras and every element in PyTorch."""

import numpy as np

KERAS = """\
Elementwise losses are means over the last axis first; "sum" adds those
(keras/src/losses/losses.py, mean_squared_error)."""

PYTORCH = """\
"sum" adds all elements (torch/nn/functional.py, mse_loss)."""

FIX = """\
.mean(dim=-1).sum() in PyTorch, ops.sum of the squares in Keras. As for an
autoencoder's loss, where the sum is weighed against a KL term."""

GAP = 30.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {
        "outputs": random.normal(size=(4, 6)),
        "targets": random.normal(size=(4, 6)),
    }


def keras_default(outputs, targets):
    import keras

    return keras.losses.MeanSquaredError(reduction="sum")(targets, outputs)


def torch_default(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return F.mse_loss(outputs, targets, reduction="sum")


def torch_as_keras(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    losses = F.mse_loss(outputs, targets, reduction="none")
    return losses.mean(dim=-1).sum()


def keras_as_torch(outputs, targets):
    from keras import ops

    return ops.sum(ops.square(outputs - targets))
