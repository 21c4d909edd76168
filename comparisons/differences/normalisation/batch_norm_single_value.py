"""Training stops at the last batch: more than 1 value per channel expected."""

import numpy as np

KERAS = """\
BatchNormalization of one row returns beta, and takes the variance 0 into the
moving one (keras/src/layers/normalization/batch_normalization.py, call)."""

PYTORCH = """\
Raises ValueError in training (torch/nn/functional.py,
_verify_batch_size)."""

FIX = """\
Leave the last, small batch out: drop_last=True in DataLoader, drop_remainder
in tf.data. To go on as Keras does, show PyTorch the row twice: mean and
variance are the same."""

NOT_POSSIBLE = """\
Nothing in Keras refuses such a batch, and it need not."""

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """What 9 rows leave of batches of 8."""
    return {"x": np.random.default_rng(0).normal(size=(1, 3))}


def keras_default(x):
    from keras import layers

    norm = layers.BatchNormalization()
    y = norm(x, training=True)
    return {"output": y, "variance": norm.moving_variance}


def torch_default(x):
    import torch
    from torch import nn

    norm = nn.BatchNorm1d(3, eps=1e-3, momentum=0.01)
    y = norm(torch.from_numpy(x))
    return {"output": y, "variance": norm.running_var}


def torch_as_keras(x):
    import torch
    from torch import nn

    norm = nn.BatchNorm1d(3, eps=1e-3, momentum=0.01)
    x = torch.from_numpy(x)
    y = norm(x.expand(2, -1))[:1] if len(x) == 1 else norm(x)
    return {"output": y, "variance": norm.running_var}
