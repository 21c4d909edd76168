"""The gradient of a zero vector's norm is nan in Keras, 0 in PyTorch."""

import numpy as np

KERAS = """\
ops.norm is sqrt(sum(x * x)), whose gradient at 0 is 0 / 0
(keras/src/backend/tensorflow/linalg.py, norm)."""

PYTORCH = """\
torch.linalg.norm has the subgradient 0 there, as measured."""

FIX = """\
In Keras keep the root away from 0, in both branches of a where. In PyTorch
expect 0 where a norm is written by its name, nan where as a root."""

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    return {"x": np.array([[0.0, 0.0, 0.0], [1.0, -2.0, 2.0]])}


def keras_default(x):
    import tensorflow as tf
    from keras import ops

    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        lengths = ops.norm(x, axis=-1)
    return tape.gradient(lengths, x)


def torch_default(x):
    import torch

    x = torch.from_numpy(x).requires_grad_()
    torch.linalg.norm(x, dim=-1).sum().backward()
    return x.grad


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).requires_grad_()
    x.square().sum(dim=-1).sqrt().sum().backward()
    return x.grad


def keras_as_torch(x):
    import tensorflow as tf
    from keras import ops

    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        squares = ops.sum(x * x, axis=-1)
        some = squares > 0
        roots = ops.sqrt(ops.where(some, squares, 1.0))
        lengths = ops.where(some, roots, 0.0)
    return tape.gradient(lengths, x)
