"""Keras attention takes query, value, key; PyTorch query, key, value."""

import numpy as np

KERAS = """\
call(query, value, key=None): the value comes second, and is the key unless
one is given; layers.Attention takes a list in the same order
(keras/src/layers/attention/multi_head_attention.py, call)."""

PYTORCH = """\
forward(query, key, value), as in F.scaled_dot_product_attention
(torch/nn/modules/activation.py)."""

FIX = """\
Name the arguments. It matters where key and value are not the same."""

GAP = 1.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Queries, seven keys and values, and the weights of two heads."""
    random = np.random.default_rng(0)
    return {
        "query": random.normal(size=(2, 5, 8)),
        "key": random.normal(size=(2, 7, 8)),
        "value": random.normal(size=(2, 7, 8)),
        "in_proj": random.normal(scale=0.4, size=(24, 8)),
        "out_proj": random.normal(scale=0.4, size=(8, 8)),
    }


def keras_default(query, key, value, in_proj, out_proj):
    from keras import layers

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(query.shape, value.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    return attention(query, key, value)


def torch_default(query, key, value, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    y, _ = attention(*map(torch.from_numpy, (query, key, value)))
    return y


def torch_as_keras(query, key, value, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    second, third = torch.from_numpy(key), torch.from_numpy(value)
    y, _ = attention(torch.from_numpy(query), value=second, key=third)
    return y


def keras_as_torch(query, key, value, in_proj, out_proj):
    from keras import layers

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(query.shape, value.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    return attention(query, key=key, value=value)
