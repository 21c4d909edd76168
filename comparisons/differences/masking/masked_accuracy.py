"""Accuracy over padded sequences counts the padding in PyTorch."""

import numpy as np

KERAS = """\
A metric takes the mask that came with the outputs, from
Embedding(mask_zero=True) or Masking, for weights
(keras/src/metrics/reduction_metrics.py, MeanMetricWrapper)."""

PYTORCH = """\
Tensors carry no mask: a mean is over all positions."""

FIX = """\
Index by the mask before the mean, and divide by the number of real tokens,
not by the sequences'."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Eight texts of 1 to 8 tokens; 0 pads, and is easily predicted."""
    random = np.random.default_rng(0)
    real = np.arange(8) <= np.arange(8)[:, None]
    table = random.normal(size=(6, 6))
    table[0, 0] = 9
    return {
        "tokens": np.where(real, random.integers(1, 6, size=(8, 8)), 0),
        "targets": np.where(real, random.integers(1, 6, size=(8, 8)), 0),
        "table": table,
    }


def keras_default(tokens, targets, table):
    import keras
    from keras import layers

    embedding = layers.Embedding(6, 6, mask_zero=True)
    embedding.build()
    embedding.set_weights([table])
    logits = embedding(tokens)
    return keras.metrics.SparseCategoricalAccuracy()(targets, logits)


def torch_default(tokens, targets, table):
    import torch
    import torch.nn.functional as F

    tokens, targets = torch.from_numpy(tokens), torch.from_numpy(targets)
    logits = F.embedding(tokens, torch.from_numpy(table), padding_idx=0)
    return (logits.argmax(-1) == targets).double().mean()


def torch_as_keras(tokens, targets, table):
    import torch
    import torch.nn.functional as F

    tokens, targets = torch.from_numpy(tokens), torch.from_numpy(targets)
    logits = F.embedding(tokens, torch.from_numpy(table), padding_idx=0)
    correct = logits.argmax(-1) == targets
    return correct[tokens != 0].double().mean()


def keras_as_torch(tokens, targets, table):
    import keras
    from keras import layers

    embedding = layers.Embedding(6, 6)
    embedding.build()
    embedding.set_weights([table])
    logits = embedding(tokens)
    return keras.metrics.SparseCategoricalAccuracy()(targets, logits)
