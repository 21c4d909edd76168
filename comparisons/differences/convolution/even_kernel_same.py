"""An even kernel with padding=k//2 makes the picture larger."""

import numpy as np

KERAS = """\
padding="same" keeps the size: kernel 4 gets one cell before and two after
(keras/src/layers/convolutional/base_conv.py)."""

PYTORCH = """\
padding=k//2 keeps the size of odd kernels only; padding="same" does what
Keras does, the odd cell after (torch/nn/modules/conv.py)."""

FIX = """\
padding="same" in PyTorch, as long as the stride is 1."""

GAP = float("inf")
CLOSED = {"float32": 2e-5, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(2, 7, 7, 3)),
        "kernel": random.normal(size=(4, 4, 3, 2)),
    }


def keras_default(x, kernel):
    from keras import layers

    conv = layers.Conv2D(2, 4, padding="same", use_bias=False)
    conv.build(x.shape)
    conv.set_weights([kernel])
    return conv(x)


def torch_default(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    kernel = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    return F.conv2d(x, kernel, padding=4 // 2).permute(0, 2, 3, 1)


def torch_as_keras(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    kernel = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    return F.conv2d(x, kernel, padding="same").permute(0, 2, 3, 1)


def keras_as_torch(x, kernel):
    from keras import layers

    conv = layers.Conv2D(2, 4, use_bias=False)
    conv.build(x.shape)
    conv.set_weights([kernel])
    return conv(layers.ZeroPadding2D(4 // 2)(x))
