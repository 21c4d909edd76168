"""MaxPool2d drops the last row that padding="same" keeps."""

import numpy as np

KERAS = """\
MaxPooling2D(padding="same") has ceil(n / stride) rows
(keras/src/layers/pooling/base_pooling.py)."""

PYTORCH = """\
ceil_mode=False: what does not fill a window is dropped
(torch/nn/modules/pooling.py)."""

FIX = """\
ceil_mode=True, which is the same where Keras pads after only. In Keras leave
padding="same" out."""

GAP = float("inf")
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(2, 7, 7, 3))}


def keras_default(x):
    from keras import layers

    return layers.MaxPooling2D(2, padding="same")(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return F.max_pool2d(x, 2).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return F.max_pool2d(x, 2, ceil_mode=True).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    return layers.MaxPooling2D(2)(x)
