"""Where Keras clips a probability, no gradient comes back."""

import numpy as np

KERAS = """\
Below 1e-7 the cross entropy is constant, its gradient 0: the worst mistakes
teach nothing (keras/src/backend/tensorflow/nn.py, clip_by_value)."""

PYTORCH = """\
The gradient of -log(p) is -1 / p, as large as p is small."""

FIX = """\
Train on logits on both sides: their gradient is p - y, neither 0 nor
huge."""

GAP = 1e8
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """The first sample's probability is 2**-30: its inverse is exact."""
    first = np.array([2.0**-30, 0.25])
    return {
        "probabilities": np.stack([first, 1 - first], axis=1),
        "labels": np.array([0, 0]),
    }


def keras_default(probabilities, labels):
    import keras
    import tensorflow as tf

    outputs = tf.Variable(probabilities)
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy()(labels, outputs)
    return tape.gradient(loss, outputs)


def torch_default(probabilities, labels):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(probabilities).requires_grad_()
    F.nll_loss(outputs.log(), torch.from_numpy(labels)).backward()
    return outputs.grad


def torch_as_keras(probabilities, labels):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(probabilities).requires_grad_()
    clipped = outputs.clamp(1e-7, 1 - 1e-7)
    F.cross_entropy(clipped.log(), torch.from_numpy(labels)).backward()
    return outputs.grad


def keras_as_torch(probabilities, labels):
    import tensorflow as tf
    from keras import ops

    outputs = tf.Variable(probabilities)
    targets = ops.one_hot(labels, 2, dtype=outputs.dtype)
    with tf.GradientTape() as tape:
        loss = -ops.mean(ops.sum(targets * ops.log(outputs), axis=-1))
    return tape.gradient(loss, outputs)
