"""An unpadded transposed convolution is shorter in PyTorch."""

import numpy as np

KERAS = """\
Has (n - 1) * stride + max(kernel, stride) steps
(keras/src/backend/common/backend_utils.py,
_get_output_shape_given_tf_padding)."""

PYTORCH = """\
Has (n - 1) * stride + kernel steps: fewer, if the stride is larger than the
kernel (torch/nn/modules/conv.py)."""

FIX = """\
PyTorch: output_padding=stride - kernel. Keras: output_padding=0."""

GAP = float("inf")
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(2, 5, 3)),
        "kernel": random.normal(size=(2, 4, 3)),
    }


def keras_default(x, kernel):
    from keras import layers

    conv = layers.Conv1DTranspose(4, 2, strides=3, use_bias=False)
    conv.build(x.shape)
    conv.set_weights([kernel])
    return conv(x)


def torch_default(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).transpose(1, 2)
    kernel = torch.from_numpy(kernel).permute(2, 1, 0)
    return F.conv_transpose1d(x, kernel, stride=3).transpose(1, 2)


def torch_as_keras(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).transpose(1, 2)
    kernel = torch.from_numpy(kernel).permute(2, 1, 0)
    y = F.conv_transpose1d(x, kernel, stride=3, output_padding=3 - 2)
    return y.transpose(1, 2)


def keras_as_torch(x, kernel):
    from keras import layers

    conv = layers.Conv1DTranspose(
        4, 2, strides=3, output_padding=0, use_bias=False
    )
    conv.build(x.shape)
    conv.set_weights([kernel])
    return conv(x)
