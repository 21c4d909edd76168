"""A Keras loss leaves padded tokens out without being told."""

import numpy as np

KERAS = """\
The mask of `Embedding(mask_zero=True)` passes through Dense, LSTM and the
like to the loss, which averages over the other tokens
(keras/src/losses/loss.py, apply_mask)."""

PYTORCH = """\
F.cross_entropy averages over all labels but -100, its ignore_index
(torch/nn/functional.py)."""

FIX = """\
Give the padding the label -100: `labels.masked_fill(ids == 0, -100)`."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three padded texts, a label for each token, and the weights."""
    random = np.random.default_rng(0)
    return {
        "ids": np.array([[1, 2, 3, 0], [4, 5, 0, 0], [1, 3, 2, 4]]),
        "labels": np.array([[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, 1]]),
        "table": random.normal(size=(6, 3)),
        "kernel": random.normal(size=(3, 2)),
    }


def keras_default(ids, labels, table, kernel):
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int32"),
            layers.Embedding(6, 3, mask_zero=True),
            layers.Dense(2, use_bias=False),
        ]
    )
    model.set_weights([table, kernel])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, run_eagerly=True)
    return model.evaluate(ids, labels, verbose=0)


def torch_default(ids, labels, table, kernel):
    import torch
    import torch.nn.functional as F
    from torch import nn

    model = nn.Sequential(
        nn.Embedding(6, 3, padding_idx=0), nn.Linear(3, 2, bias=False)
    )
    model[0].weight.data.copy_(torch.from_numpy(table))
    model[1].weight.data.copy_(torch.from_numpy(kernel.T))
    ids, labels = torch.from_numpy(ids), torch.from_numpy(labels)
    return F.cross_entropy(model(ids).flatten(0, 1), labels.flatten())


def torch_as_keras(ids, labels, table, kernel):
    import torch
    import torch.nn.functional as F
    from torch import nn

    model = nn.Sequential(
        nn.Embedding(6, 3, padding_idx=0), nn.Linear(3, 2, bias=False)
    )
    model[0].weight.data.copy_(torch.from_numpy(table))
    model[1].weight.data.copy_(torch.from_numpy(kernel.T))
    ids, labels = torch.from_numpy(ids), torch.from_numpy(labels)
    labels = labels.masked_fill(ids == 0, -100)
    return F.cross_entropy(model(ids).flatten(0, 1), labels.flatten())


def keras_as_torch(ids, labels, table, kernel):
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int32"),
            layers.Embedding(6, 3),  # mask_zero=False
            layers.Dense(2, use_bias=False),
        ]
    )
    model.set_weights([table, kernel])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, run_eagerly=True)
    return model.evaluate(ids, labels, verbose=0)
