"""CTC loss is smaller in PyTorch, by the length of the targets."""

import numpy as np

KERAS = """\
Takes logits; mean over the batch; computes in float32 on TensorFlow
(keras/src/losses/losses.py, ctc; keras/src/backend/tensorflow/nn.py)."""

PYTORCH = """\
Takes log-probabilities, time first; reduction="mean" divides every sample's
loss by its target's length (torch/nn/functional.py, ctc_loss)."""

FIX = """\
reduction="none", then .mean(). Both have 0 as blank."""

GAP = 4.0
# In float64 TensorFlow still computes in float32.
CLOSED = {"float32": 5e-6, "float64": 2e-6}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(3, 10, 5)),
        "targets": np.array([[1, 2, 3, 4], [3, 3, 0, 0], [2, 0, 0, 0]]),
    }


def keras_default(logits, targets):
    import keras

    return keras.losses.CTC()(targets, logits)


def torch_default(logits, targets):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(logits).log_softmax(dim=-1).movedim(1, 0)
    targets = torch.from_numpy(targets)
    steps = torch.full((len(targets),), len(outputs))
    return F.ctc_loss(outputs, targets, steps, (targets != 0).sum(dim=1))


def torch_as_keras(logits, targets):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(logits).log_softmax(dim=-1).movedim(1, 0)
    targets = torch.from_numpy(targets)
    steps = torch.full((len(targets),), len(outputs))
    lengths = (targets != 0).sum(dim=1)
    losses = F.ctc_loss(outputs, targets, steps, lengths, reduction="none")
    return losses.mean()


def keras_as_torch(logits, targets):
    import keras
    from keras import ops

    losses = keras.losses.CTC(reduction="none")(targets, logits)
    lengths = ops.sum(ops.not_equal(targets, 0), axis=1)
    return ops.mean(losses / ops.cast(lengths, losses.dtype))
