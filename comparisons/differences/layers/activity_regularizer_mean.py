"""activity_regularizer is divided by the batch size, kernels' are not."""

import numpy as np

KERAS = """\
The penalty of a layer's outputs is divided by the samples in the batch
(keras/src/layers/layer.py, __call__)."""

PYTORCH = """\
No argument; what people add is l2 * outputs.square().sum()."""

FIX = """\
Divide by len(outputs). In Keras call the regularizer yourself for the sum."""

GAP = 20.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(16, 4)),
        "kernel": random.normal(size=(4, 3)),
    }


def keras_default(x, kernel):
    import keras
    from keras import layers

    penalty = keras.regularizers.L2(0.125)
    dense = layers.Dense(3, use_bias=False, activity_regularizer=penalty)
    dense.build(x.shape)
    dense.set_weights([kernel])
    dense(x)
    return sum(dense.losses)


def torch_default(x, kernel):
    import torch

    outputs = torch.from_numpy(x) @ torch.from_numpy(kernel)
    return 0.125 * outputs.square().sum()


def torch_as_keras(x, kernel):
    import torch

    outputs = torch.from_numpy(x) @ torch.from_numpy(kernel)
    return 0.125 * outputs.square().sum() / len(outputs)


def keras_as_torch(x, kernel):
    import keras
    from keras import layers

    dense = layers.Dense(3, use_bias=False)
    dense.build(x.shape)
    dense.set_weights([kernel])
    return keras.regularizers.L2(0.125)(dense(x))
