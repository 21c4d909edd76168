"""max over an axis: with ties Keras shares the gradient, PyTorch picks one."""

import numpy as np

KERAS = """\
ops.max and GlobalMaxPooling: evenly to all largest, on TensorFlow
(tensorflow/python/ops/math_grad.py, _MinOrMaxGrad)."""

PYTORCH = """\
max(dim) and adaptive_max_pool: to one of them, here the first; amax evenly
to all (torch/_torch_docs.py, amax)."""

FIX = """\
amax in place of max(dim). Ties are the rule after a ReLU, where whole maps
are 0. Max pooling with a window picks one on both sides."""

GAP = 0.6
CLOSED = {"float32": 1e-7, "float64": 1e-15}


def inputs():
    return {"x": np.array([[1.0, 1.0, 0.0], [0.0, 2.0, 2.0], [0.0, 0.0, 0.0]])}


def keras_default(x):
    import tensorflow as tf
    from keras import ops

    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        largest = ops.max(x, axis=-1)
    return tape.gradient(largest, x)


def torch_default(x):
    import torch

    x = torch.from_numpy(x).requires_grad_()
    x.max(dim=-1).values.sum().backward()
    return x.grad


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).requires_grad_()
    x.amax(dim=-1).sum().backward()
    return x.grad


def keras_as_torch(x):
    import tensorflow as tf
    from keras import ops

    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        chosen = ops.one_hot(ops.argmax(x.value(), axis=-1), x.shape[-1])
        largest = ops.sum(x * chosen, axis=-1)
    return tape.gradient(largest, x)
