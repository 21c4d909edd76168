"""nn.Embedding refuses the ids that a Keras Embedding takes."""

import numpy as np

KERAS = """\
Casts whatever comes to int32, so floats and bytes will do: 2.9 is row 2
(keras/src/layers/core/embedding.py, call)."""

PYTORCH = """\
Takes int32 and int64 alone: RuntimeError (torch/nn/functional.py,
embedding)."""

FIX = """\
ids.long(), which cuts off fractions as Keras does."""

NOT_POSSIBLE = "No Keras code is wanted that refuses what works."

GAP = float("inf")
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """Ids as floats, as pandas has a column in which some were missing."""
    random = np.random.default_rng(0)
    return {
        "ids": random.integers(6, size=(4, 3)).astype("float64"),
        "table": random.normal(size=(6, 2)),
    }


def keras_default(ids, table):
    from keras import layers

    embedding = layers.Embedding(6, 2)
    embedding.build()
    embedding.set_weights([table])
    return embedding(ids)


def torch_default(ids, table):
    import torch
    from torch import nn

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    return embedding(torch.from_numpy(ids))


def torch_as_keras(ids, table):
    import torch
    from torch import nn

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    return embedding(torch.from_numpy(ids).long())
