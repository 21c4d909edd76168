"""Padding left out by sample_weight still counts in Keras' mean."""

import numpy as np

KERAS = """\
Weights of 0 and 1 zero the padding's losses, but the sum is divided by all
tokens (keras/src/losses/loss.py, reduce_values)."""

PYTORCH = """\
ignore_index divides by the tokens that are left
(torch/nn/functional.py, cross_entropy)."""

FIX = """\
Keras: ignore_class, or reduction="mean_with_sample_weight". With the weights
the loss shrinks as batches get emptier. PyTorch: (mask * loss).mean()."""

GAP = 0.5
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(3, 5, 7)),
        "targets": np.array(
            [[1, 4, 1, 5, 2], [6, 5, 3, 0, 0], [5, 1, 0, 0, 0]]
        ),
    }


def keras_default(logits, targets):
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(targets, logits, sample_weight=targets != 0)


def torch_default(logits, targets):
    import torch
    import torch.nn.functional as F

    logits = torch.from_numpy(logits).flatten(0, 1)
    targets = torch.from_numpy(targets).flatten()
    return F.cross_entropy(logits, targets, ignore_index=0)


def torch_as_keras(logits, targets):
    import torch
    import torch.nn.functional as F

    logits = torch.from_numpy(logits).flatten(0, 1)
    targets = torch.from_numpy(targets).flatten()
    losses = F.cross_entropy(logits, targets, reduction="none")
    return (losses * (targets != 0)).mean()


def keras_as_torch(logits, targets):
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=0
    )
    return loss(targets, logits)
