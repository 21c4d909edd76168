"""ConvTranspose2d with output_padding has the shape, not the values."""

import numpy as np

KERAS = """\
Conv2DTranspose(padding="same") returns stride * n rows of the full result;
kernel 5 and stride 2 lose one row before and two after
(keras/src/backend/tensorflow/nn.py, conv_transpose)."""

PYTORCH = """\
padding=2 cuts two rows at both ends, output_padding=1 gives one back at the
end: the same number of rows, one further on (torch/nn/modules/conv.py)."""

FIX = """\
No padding, then cut: (kernel - stride) // 2 rows before, the rest after. In
Keras crop the "valid" result by padding before, and one less after."""

GAP = 1.0
CLOSED = {"float32": 2e-5, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(2, 6, 6, 3)),
        "kernel": random.normal(size=(5, 5, 2, 3)),
    }


def keras_default(x, kernel):
    from keras import layers

    conv = layers.Conv2DTranspose(
        2, 5, strides=2, padding="same", use_bias=False
    )
    conv.build(x.shape)
    conv.set_weights([kernel])
    return conv(x)


def torch_default(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    kernel = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    y = F.conv_transpose2d(x, kernel, stride=2, padding=2, output_padding=1)
    return y.permute(0, 2, 3, 1)


def torch_as_keras(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    kernel = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    y = F.conv_transpose2d(x, kernel, stride=2)
    first, size = (5 - 2) // 2, 2 * x.shape[-1]
    y = y[:, :, first : first + size, first : first + size]
    return y.permute(0, 2, 3, 1)


def keras_as_torch(x, kernel):
    from keras import layers

    conv = layers.Conv2DTranspose(2, 5, strides=2, use_bias=False)
    conv.build(x.shape)
    conv.set_weights([kernel])
    return layers.Cropping2D(((2, 1), (2, 1)))(conv(x))
