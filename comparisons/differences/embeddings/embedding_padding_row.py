"""The padding id's vector is zero in PyTorch and random in Keras."""

import numpy as np

KERAS = """\
`mask_zero` makes a mask and leaves row 0 random like the others; only layers
that read masks skip it (keras/src/layers/core/embedding.py)."""

PYTORCH = """\
`padding_idx` zeroes its row and keeps gradients from it
(torch/nn/modules/sparse.py, Embedding.reset_parameters)."""

FIX = """\
Zero the row on one side or draw it on the other. It matters where padded
steps are averaged or convolved; there Keras would also train it."""

GAP = 0.02
# Random numbers never agree: 4096 of one row tell their mean size by 2e-4.
CLOSED = {"float32": 1e-3, "float64": 1e-3}


def inputs():
    """Some padding, and a word."""
    return {"ids": np.array([0, 0, 3])}


def keras_default(ids):
    from keras import layers, ops

    embedding = layers.Embedding(10, 4096, mask_zero=True)
    padding = embedding(ids)[0]
    return ops.mean(ops.abs(padding))


def torch_default(ids):
    import torch
    from torch import nn

    embedding = nn.Embedding(10, 4096, padding_idx=0)
    padding = embedding(torch.from_numpy(ids))[0]
    return padding.abs().mean()


def torch_as_keras(ids):
    import torch
    from torch import nn

    embedding = nn.Embedding(10, 4096)
    nn.init.uniform_(embedding.weight, -0.05, 0.05)
    padding = embedding(torch.from_numpy(ids))[0]
    return padding.abs().mean()


def keras_as_torch(ids):
    from keras import layers, ops

    embedding = layers.Embedding(10, 4096, mask_zero=True)
    embedding.build()
    (table,) = embedding.get_weights()
    table[0] = 0
    embedding.set_weights([table])
    padding = embedding(ids)[0]
    return ops.mean(ops.abs(padding))
