"""At the bounds of a clip Keras' gradient passes and PyTorch's stops."""

import numpy as np

KERAS = """\
ops.clip and hard_tanh: 1 inside and on the bounds, on TensorFlow
(tensorflow/python/ops/clip_ops.py, _clip_by_value_grad)."""

PYTORCH = """\
clamp and hardtanh: 1 inside, 0 on the bounds, as measured in torch 2.14."""

FIX = """\
Felt where many values sit exactly on a bound: pixels of 0 and 1, actions
clipped before. Let x itself through where the gradient is to pass."""

GAP = 0.5
CLOSED = {"float32": 1e-7, "float64": 1e-15}


def inputs():
    return {"x": np.array([-1.0, 0.0, 0.5, 1.0, 2.0])}


def keras_default(x):
    import tensorflow as tf
    from keras import ops

    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        clipped = ops.clip(x, 0.0, 1.0)
    return tape.gradient(clipped, x)


def torch_default(x):
    import torch

    x = torch.from_numpy(x).requires_grad_()
    x.clamp(0.0, 1.0).sum().backward()
    return x.grad


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).requires_grad_()
    within = (x >= 0.0) & (x <= 1.0)
    torch.where(within, x, x.clamp(0.0, 1.0).detach()).sum().backward()
    return x.grad


def keras_as_torch(x):
    import tensorflow as tf
    from keras import ops

    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        bound = ops.stop_gradient(ops.clip(x, 0.0, 1.0))
        within = ops.logical_and(ops.greater(x, 0.0), ops.less(x, 1.0))
        clipped = ops.where(within, x, bound)
    return tape.gradient(clipped, x)
