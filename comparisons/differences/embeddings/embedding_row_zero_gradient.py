"""mask_zero lets the padding's vector learn, padding_idx does not."""

import numpy as np

KERAS = """\
mask_zero makes a mask and stops no gradient; layers that look at no mask,
such as Flatten, Conv1D and GlobalMaxPooling1D, send one back
(keras/src/layers/core/embedding.py)."""

PYTORCH = """\
The gradient of row padding_idx is zero (torch/nn/functional.py, embedding)."""

FIX = """\
Leave padding_idx out, or stop the gradient in Keras where an id is 0. The
rows' start differs too: see `embedding_padding_row`."""

GAP = 0.05
CLOSED = {"float32": 1e-7, "float64": 1e-15}


def inputs():
    """Two padded texts, and an embedding."""
    table = np.random.default_rng(0).normal(size=(4, 2))
    return {"ids": np.array([[1, 2, 0], [3, 0, 0]]), "table": table}


def keras_default(ids, table):
    import tensorflow as tf
    from keras import layers, ops

    embedding = layers.Embedding(4, 2, mask_zero=True, weights=[table])
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.square(embedding(ids)))
    (gradient,) = tape.gradient(loss, embedding.trainable_weights)
    return tf.convert_to_tensor(gradient)


def torch_default(ids, table):
    import torch
    from torch import nn

    embedding = nn.Embedding(4, 2, padding_idx=0)
    embedding.weight.data.copy_(torch.from_numpy(table))
    embedding(torch.from_numpy(ids)).square().mean().backward()
    return embedding.weight.grad


def torch_as_keras(ids, table):
    import torch
    from torch import nn

    embedding = nn.Embedding(4, 2)
    embedding.weight.data.copy_(torch.from_numpy(table))
    embedding(torch.from_numpy(ids)).square().mean().backward()
    return embedding.weight.grad


def keras_as_torch(ids, table):
    import tensorflow as tf
    from keras import layers, ops

    embedding = layers.Embedding(4, 2, mask_zero=True, weights=[table])
    with tf.GradientTape() as tape:
        x = embedding(ids)
        x = ops.where(ids[..., None] == 0, ops.stop_gradient(x), x)
        loss = ops.mean(ops.square(x))
    (gradient,) = tape.gradient(loss, embedding.trainable_weights)
    return tf.convert_to_tensor(gradient)
