"""Where both operands of maximum are equal, PyTorch halves the gradient."""

import numpy as np

KERAS = """\
ops.maximum and layers.Maximum: all to the first operand, on TensorFlow
(tensorflow/python/ops/math_grad.py, _MaximumMinimumGrad)."""

PYTORCH = """\
maximum, minimum, fmax and max of two: half to each, as measured."""

FIX = """\
torch.where says whose gradient it is; in Keras the mean of both orders
shares it. The same goes for minimum."""

GAP = 0.4
CLOSED = {"float32": 1e-7, "float64": 1e-15}


def inputs():
    return {
        "a": np.array([1.0, 2.0, 3.0, 0.0]),
        "b": np.array([1.0, 3.0, 2.0, 0.0]),
    }


def keras_default(a, b):
    import tensorflow as tf
    from keras import ops

    a, b = tf.Variable(a), tf.Variable(b)
    with tf.GradientTape() as tape:
        larger = ops.maximum(a, b)
    to_a, to_b = tape.gradient(larger, (a, b))
    return {"a": to_a, "b": to_b}


def torch_default(a, b):
    import torch

    a = torch.from_numpy(a).requires_grad_()
    b = torch.from_numpy(b).requires_grad_()
    torch.maximum(a, b).sum().backward()
    return {"a": a.grad, "b": b.grad}


def torch_as_keras(a, b):
    import torch

    a = torch.from_numpy(a).requires_grad_()
    b = torch.from_numpy(b).requires_grad_()
    torch.where(a >= b, a, b).sum().backward()
    return {"a": a.grad, "b": b.grad}


def keras_as_torch(a, b):
    import tensorflow as tf
    from keras import ops

    a, b = tf.Variable(a), tf.Variable(b)
    with tf.GradientTape() as tape:
        larger = (ops.maximum(a, b) + ops.maximum(b, a)) / 2
    to_a, to_b = tape.gradient(larger, (a, b))
    return {"a": to_a, "b": to_b}
