"""BatchNorm's momentum means the opposite in PyTorch."""

import numpy as np

KERAS = """\
momentum=0.99 is the share of the old statistics that is kept
(keras/src/layers/normalization/batch_normalization.py, call)."""

PYTORCH = """\
momentum=0.1 is the share that the new batch gets
(torch/nn/modules/batchnorm.py)."""

FIX = """\
PyTorch's momentum is 1 - Keras' momentum: 0.01 and 0.9. By default Keras needs
ten times as many batches until validation makes sense."""

GAP = 2.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Twenty batches whose mean is about 5."""
    random = np.random.default_rng(0)
    return {"batches": random.normal(loc=5.0, size=(20, 16, 3))}


def keras_default(batches):
    from keras import layers

    norm = layers.BatchNormalization()
    for batch in batches:
        norm(batch, training=True)
    return norm.moving_mean


def torch_default(batches):
    import torch
    from torch import nn

    norm = nn.BatchNorm1d(3)
    for batch in torch.from_numpy(batches):
        norm(batch)
    return norm.running_mean


def torch_as_keras(batches):
    import torch
    from torch import nn

    norm = nn.BatchNorm1d(3, momentum=1 - 0.99)
    for batch in torch.from_numpy(batches):
        norm(batch)
    return norm.running_mean


def keras_as_torch(batches):
    from keras import layers

    norm = layers.BatchNormalization(momentum=1 - 0.1)
    for batch in batches:
        norm(batch, training=True)
    return norm.moving_mean
