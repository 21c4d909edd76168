"""Adam and RMSprop treat a Keras Embedding's repeated ids differently."""

import numpy as np

KERAS = """\
On TensorFlow an embedding's gradient has a row per lookup, and squares are
taken before rows of one id are merged
(keras/src/backend/tensorflow/sparse.py)."""

PYTORCH = """\
Gradients of one id are added before they are squared."""

FIX = """\
Make the gradient dense on the Keras side, or square per lookup on the PyTorch
side, as sides/torch/keras_formulas.py does."""

GAP = 0.04
# In float64 TensorFlow holds the betas as float32, and PyTorch adds epsilon
# after the bias correction: see adam_epsilon.
CLOSED = {"float32": 1e-5, "float64": 1e-5}


def inputs():
    """Six batches of two texts that repeat words, and vectors to learn."""
    random = np.random.default_rng(0)
    texts = [[1, 1, 1, 2], [3, 3, 0, 1], [4, 4, 2, 2], [5, 5, 5, 5]]
    return {
        "ids": np.array([texts[:2], texts[2:]] * 3),
        "targets": random.normal(scale=10.0, size=(6, 2, 4, 3)),
        "table": random.normal(scale=0.5, size=(6, 3)),
    }


def keras_default(ids, targets, table):
    import keras
    from keras import layers

    embedding = layers.Embedding(6, 3, weights=[table])
    model = keras.Sequential([keras.Input((4,), dtype="int32"), embedding])
    model.compile(keras.optimizers.Adam(0.02), "mse", run_eagerly=True)
    for batch, target in zip(ids, targets, strict=True):
        model.train_on_batch(batch, target)
    return embedding.embeddings


def torch_default(ids, targets, table):
    import torch
    import torch.nn.functional as F
    from torch import nn

    table = torch.from_numpy(table)
    embedding = nn.Embedding.from_pretrained(table, freeze=False)
    optimizer = torch.optim.Adam(embedding.parameters(), lr=0.02, eps=1e-7)
    batches = torch.from_numpy(ids), torch.from_numpy(targets)
    for batch, target in zip(*batches, strict=True):
        optimizer.zero_grad()
        F.mse_loss(embedding(batch), target).backward()
        optimizer.step()
    return embedding.weight


def torch_as_keras(ids, targets, table):
    import torch
    import torch.nn.functional as F

    weight = torch.nn.Parameter(torch.from_numpy(table))
    mean, variance = torch.zeros_like(weight), torch.zeros_like(weight)
    batches = torch.from_numpy(ids), torch.from_numpy(targets)
    for step, (batch, target) in enumerate(zip(*batches, strict=True), 1):
        weight.grad = None
        F.mse_loss(F.embedding(batch, weight, sparse=True), target).backward()
        rows = weight.grad  # sparse: still one for each lookup
        squares = torch.sparse_coo_tensor(
            rows._indices(), rows._values() ** 2, rows.shape
        )
        mean.lerp_(rows.to_dense(), 0.1)
        variance.lerp_(squares.to_dense(), 0.001)
        rate = 0.02 * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        weight.data -= rate * mean / (variance.sqrt() + 1e-7)
    return weight


def keras_as_torch(ids, targets, table):
    import keras
    import tensorflow as tf
    from keras import layers

    class DenseAdam(keras.optimizers.Adam):
        def apply(self, grads, trainable_variables=None):
            grads = [tf.convert_to_tensor(g) for g in grads]
            return super().apply(grads, trainable_variables)

    embedding = layers.Embedding(6, 3, weights=[table])
    model = keras.Sequential([keras.Input((4,), dtype="int32"), embedding])
    model.compile(DenseAdam(0.02), "mse", run_eagerly=True)
    for batch, target in zip(ids, targets, strict=True):
        model.train_on_batch(batch, target)
    return embedding.embeddings
