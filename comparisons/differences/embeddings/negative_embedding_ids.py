"""A Keras Embedding takes -1 for its last row, PyTorch raises an error."""

import numpy as np

KERAS = """\
Negative ids count from the end, as in NumPy, and nobody is told
(keras/src/backend/tensorflow/numpy.py, take)."""

PYTORCH = """\
IndexError: index out of range in self (torch/nn/functional.py, embedding)."""

FIX = """\
Check the ids: -1 is mostly a missing category that should have its own row.
`ids % rows` gives Keras' vectors."""

GAP = float("inf")
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """Ids of which one is missing, and a table of five rows."""
    table = np.random.default_rng(0).normal(size=(5, 3))
    return {"ids": np.array([2, -1, 0]), "table": table}


def keras_default(ids, table):
    from keras import layers

    return layers.Embedding(5, 3, weights=[table])(ids)


def torch_default(ids, table):
    import torch
    from torch import nn

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    return embedding(torch.from_numpy(ids))


def torch_as_keras(ids, table):
    import torch
    from torch import nn

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    return embedding(torch.from_numpy(ids) % embedding.num_embeddings)


def keras_as_torch(ids, table):
    from keras import layers, ops

    embedding = layers.Embedding(5, 3, weights=[table])
    if ops.any(ops.less(ids, 0)):
        raise IndexError("index out of range in self")
    return embedding(ids)
