"""LayerNorm of pictures normalises channels only in Keras."""

import numpy as np

KERAS = """\
LayerNormalization(axis=-1): every pixel by itself, over its channels
(keras/src/layers/normalization/layer_normalization.py)."""

PYTORCH = """\
nn.LayerNorm takes the shape of the last axes; for (N, C, H, W) usually
[C, H, W], the whole picture (torch/nn/modules/normalization.py)."""

FIX = """\
PyTorch: channels last, then LayerNorm(channels), as ConvNeXt does. Keras:
axis=(1, 2, 3); its gamma and beta then have that shape too."""

GAP = 0.5
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Channels that lie apart."""
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 6))
    return {"x": x + np.arange(6)}


def keras_default(x):
    from keras import layers

    return layers.LayerNormalization()(x)


def torch_default(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    norm = nn.LayerNorm(x.shape[1:], eps=1e-3)
    return norm(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    norm = nn.LayerNorm(x.shape[1], eps=1e-3)
    return norm(x.permute(0, 2, 3, 1))


def keras_as_torch(x):
    from keras import layers

    return layers.LayerNormalization(axis=(1, 2, 3))(x)
