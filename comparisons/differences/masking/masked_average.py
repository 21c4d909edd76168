"""The average over a padded text is smaller in PyTorch than in Keras."""

import numpy as np

KERAS = """\
GlobalAveragePooling1D divides by the number of words where it finds the mask
of `Embedding(mask_zero=True)`; GlobalMaxPooling1D looks at no mask
(keras/src/layers/pooling/global_average_pooling1d.py)."""

PYTORCH = """\
`mean(1)` divides by the padded length; padding_idx only makes the padding's
vectors zero (torch/nn/modules/sparse.py)."""

FIX = """\
Divide the sum by `(ids != 0).sum(1, keepdim=True)`, or use nn.EmbeddingBag
with padding_idx=0; a Keras text of padding alone gives NaN, a bag zeros."""

GAP = 0.2
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Two texts, one padded, and an embedding with zeros for the padding."""
    table = np.random.default_rng(0).normal(size=(6, 3))
    table[0] = 0
    return {"ids": np.array([[3, 1, 4, 1], [2, 5, 0, 0]]), "table": table}


def keras_default(ids, table):
    from keras import layers

    embedding = layers.Embedding(6, 3, mask_zero=True, weights=[table])
    return layers.GlobalAveragePooling1D()(embedding(ids))


def torch_default(ids, table):
    import torch
    from torch import nn

    table = torch.from_numpy(table)
    embedding = nn.Embedding.from_pretrained(table, padding_idx=0)
    return embedding(torch.from_numpy(ids)).mean(1)


def torch_as_keras(ids, table):
    import torch
    from torch import nn

    table = torch.from_numpy(table)
    bag = nn.EmbeddingBag.from_pretrained(table, mode="mean", padding_idx=0)
    return bag(torch.from_numpy(ids))


def keras_as_torch(ids, table):
    from keras import layers

    embedding = layers.Embedding(6, 3, weights=[table])  # mask_zero=False
    return layers.GlobalAveragePooling1D()(embedding(ids))
