"""A causal convolution sees the future when moved to PyTorch."""

import numpy as np

KERAS = """\
Conv1D(padding="causal") pads before the first step alone, by
(kernel - 1) * dilation (keras/src/layers/convolutional/base_conv.py)."""

PYTORCH = """\
nn.Conv1d knows no causal padding; padding="same" pads both ends
(torch/nn/modules/conv.py)."""

FIX = """\
F.pad(x, ((kernel - 1) * dilation, 0)), then an unpadded convolution."""

GAP = 1.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(2, 12, 3)),
        "kernel": random.normal(size=(3, 3, 4)),
    }


def keras_default(x, kernel):
    from keras import layers

    conv = layers.Conv1D(
        4, 3, dilation_rate=2, padding="causal", use_bias=False
    )
    conv.build(x.shape)
    conv.set_weights([kernel])
    return conv(x)


def torch_default(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).transpose(1, 2)
    kernel = torch.from_numpy(kernel).permute(2, 1, 0)
    y = F.conv1d(x, kernel, dilation=2, padding="same")
    return y.transpose(1, 2)


def torch_as_keras(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).transpose(1, 2)
    kernel = torch.from_numpy(kernel).permute(2, 1, 0)
    y = F.conv1d(F.pad(x, ((3 - 1) * 2, 0)), kernel, dilation=2)
    return y.transpose(1, 2)


def keras_as_torch(x, kernel):
    from keras import layers

    conv = layers.Conv1D(4, 3, dilation_rate=2, padding="same", use_bias=False)
    conv.build(x.shape)
    conv.set_weights([kernel])
    return conv(x)
