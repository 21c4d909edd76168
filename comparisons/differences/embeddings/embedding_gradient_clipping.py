"""Clipping by norm shrinks a Keras Embedding's gradient by another factor."""

import numpy as np

KERAS = """\
On TensorFlow the norm is taken over one row per lookup, before the rows of
one id are added (keras/src/optimizers/base_optimizer.py, _clip_by_norm;
global_clipnorm and clipvalue alike)."""

PYTORCH = """\
Rows of one id are one row, their sum, when clip_grad_norm_ measures them
(torch/nn/utils/clip_grad.py)."""

FIX = """\
Make the gradient dense before Keras clips it, or take the norm of a sparse
gradient's values in PyTorch. Without repeated ids there is no difference."""

GAP = 0.01
# In keras_as_torch clip_grad_norm_'s own epsilon is left: clip_norm_epsilon.
CLOSED = {"float32": 1e-6, "float64": 1e-6}


def inputs():
    """Six batches of two texts that repeat words, and vectors to learn."""
    random = np.random.default_rng(0)
    texts = [[1, 1, 1, 2], [3, 3, 0, 1], [4, 4, 2, 2], [5, 5, 5, 5]]
    return {
        "ids": np.array([texts[:2], texts[2:]] * 3),
        "targets": random.normal(size=(6, 2, 4, 3)),
        "table": random.normal(scale=0.5, size=(6, 3)),
    }


def keras_default(ids, targets, table):
    import keras
    from keras import layers

    embedding = layers.Embedding(6, 3, weights=[table])
    model = keras.Sequential([keras.Input((4,), dtype="int32"), embedding])
    optimizer = keras.optimizers.SGD(0.5, clipnorm=0.05)
    model.compile(optimizer, "mse", run_eagerly=True)
    for batch, target in zip(ids, targets, strict=True):
        model.train_on_batch(batch, target)
    return embedding.embeddings


def torch_default(ids, targets, table):
    import torch
    import torch.nn.functional as F
    from torch import nn

    table = torch.from_numpy(table)
    embedding = nn.Embedding.from_pretrained(table, freeze=False)
    optimizer = torch.optim.SGD(embedding.parameters(), lr=0.5)
    batches = torch.from_numpy(ids), torch.from_numpy(targets)
    for batch, target in zip(*batches, strict=True):
        optimizer.zero_grad()
        F.mse_loss(embedding(batch), target).backward()
        nn.utils.clip_grad_norm_(embedding.parameters(), 0.05)
        optimizer.step()
    return embedding.weight


def torch_as_keras(ids, targets, table):
    import torch
    import torch.nn.functional as F
    from torch import nn

    table = torch.from_numpy(table)
    embedding = nn.Embedding.from_pretrained(table, freeze=False, sparse=True)
    optimizer = torch.optim.SGD(embedding.parameters(), lr=0.5)
    batches = torch.from_numpy(ids), torch.from_numpy(targets)
    for batch, target in zip(*batches, strict=True):
        optimizer.zero_grad()
        F.mse_loss(embedding(batch), target).backward()
        rows = embedding.weight.grad  # sparse: still one for each lookup
        norm = rows._values().norm()
        embedding.weight.grad = rows * (0.05 / norm.clamp(min=0.05))
        optimizer.step()
    return embedding.weight


def keras_as_torch(ids, targets, table):
    import keras
    import tensorflow as tf
    from keras import layers

    class DenseSGD(keras.optimizers.SGD):
        def apply(self, grads, trainable_variables=None):
            grads = [tf.convert_to_tensor(g) for g in grads]
            return super().apply(grads, trainable_variables)

    embedding = layers.Embedding(6, 3, weights=[table])
    model = keras.Sequential([keras.Input((4,), dtype="int32"), embedding])
    model.compile(DenseSGD(0.5, clipnorm=0.05), "mse", run_eagerly=True)
    for batch, target in zip(ids, targets, strict=True):
        model.train_on_batch(batch, target)
    return embedding.embeddings
