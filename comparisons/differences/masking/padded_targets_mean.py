"""With mask_zero Keras' loss leaves the padding out; PyTorch's counts it."""

import numpy as np

KERAS = """\
An Embedding's mask travels to the loss, which is the mean over what is not
padding (keras/src/losses/loss.py, apply_mask)."""

PYTORCH = """\
Nothing travels: padding is learned like any other target."""

FIX = """\
ignore_index=0 in cross_entropy. In Keras mask_zero=False counts the padding
too. Layers that know no mask, such as Flatten, drop it."""

GAP = 0.4
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    """Three sequences of words, padded with 0, and the words that follow."""
    random = np.random.default_rng(0)
    words = np.array([[3, 1, 4, 1, 5], [2, 6, 5, 0, 0], [3, 5, 0, 0, 0]])
    targets = np.array([[1, 4, 1, 5, 2], [6, 5, 3, 0, 0], [5, 1, 0, 0, 0]])
    return {
        "words": words,
        "targets": targets,
        "table": random.normal(size=(7, 4)),
        "kernel": random.normal(size=(4, 7)),
    }


def keras_default(words, targets, table, kernel):
    import keras
    from keras import layers

    embedding = layers.Embedding(7, 4, mask_zero=True, weights=[table])
    dense = layers.Dense(7, use_bias=False)
    dense.build((None, None, 4))
    dense.set_weights([kernel])
    logits = dense(embedding(words))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(targets, logits)


def torch_default(words, targets, table, kernel):
    import torch
    import torch.nn.functional as F
    from torch import nn

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    states = embedding(torch.from_numpy(words))
    logits = states @ torch.from_numpy(kernel)
    targets = torch.from_numpy(targets)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def torch_as_keras(words, targets, table, kernel):
    import torch
    import torch.nn.functional as F
    from torch import nn

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    states = embedding(torch.from_numpy(words))
    logits = (states @ torch.from_numpy(kernel)).flatten(0, 1)
    targets = torch.from_numpy(targets).flatten()
    return F.cross_entropy(logits, targets, ignore_index=0)


def keras_as_torch(words, targets, table, kernel):
    import keras
    from keras import layers

    embedding = layers.Embedding(7, 4, weights=[table])
    dense = layers.Dense(7, use_bias=False)
    dense.build((None, None, 4))
    dense.set_weights([kernel])
    logits = dense(embedding(words))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(targets, logits)
