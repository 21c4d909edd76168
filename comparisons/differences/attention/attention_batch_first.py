"""nn.MultiheadAttention given a batch attends across the batch."""

import numpy as np

KERAS = """\
Inputs are (batch, time, features)
(keras/src/layers/attention/multi_head_attention.py, call)."""

PYTORCH = """\
batch_first=False: inputs are (time, batch, features), for
nn.TransformerEncoderLayer too (torch/nn/modules/activation.py)."""

FIX = """\
`batch_first=True`; evaluation's fast path needs it as well."""

GAP = 1.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Two texts of five steps, and the weights of two heads."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(2, 5, 8)),
        "in_proj": random.normal(scale=0.4, size=(24, 8)),
        "out_proj": random.normal(scale=0.4, size=(8, 8)),
    }


def keras_default(x, in_proj, out_proj):
    from keras import layers

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    return attention(x, x)


def torch_default(x, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x = torch.from_numpy(x)
    y, _ = attention(x, x, x)
    return y


def torch_as_keras(x, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x = torch.from_numpy(x)
    y, _ = attention(x, x, x)
    return y


def keras_as_torch(x, in_proj, out_proj):
    from keras import layers, ops

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    x = ops.swapaxes(x, 0, 1)
    return ops.swapaxes(attention(x, x), 0, 1)
