"""MSE of targets (N,) and outputs (N, 1) compares every pair in PyTorch."""

import numpy as np

KERAS = """\
Gives the targets their missing axis, in losses and metrics
(keras/src/losses/loss.py, squeeze_or_expand_to_same_rank)."""

PYTORCH = """\
Broadcasts both to (N, N), with no more than a warning
(torch/nn/functional.py, mse_loss); l1_loss and huber_loss too."""

FIX = """\
targets[:, None], or outputs.squeeze(-1): assert that shapes are equal."""

GAP = 0.5
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    """Outputs that are about right: PyTorch's mean does not see it."""
    random = np.random.default_rng(0)
    targets = random.normal(size=8)
    outputs = targets + random.normal(scale=0.1, size=8)
    return {"outputs": outputs[:, None], "targets": targets}


def keras_default(outputs, targets):
    import keras

    return keras.losses.MeanSquaredError()(targets, outputs)


def torch_default(outputs, targets):
    import torch
    import torch.nn.functional as F

    return F.mse_loss(torch.from_numpy(outputs), torch.from_numpy(targets))


def torch_as_keras(outputs, targets):
    import torch
    import torch.nn.functional as F

    targets = torch.from_numpy(targets)[:, None]
    return F.mse_loss(torch.from_numpy(outputs), targets)


def keras_as_torch(outputs, targets):
    from keras import ops

    return ops.mean(ops.square(outputs - targets[None, :]))
