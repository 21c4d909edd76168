"""PyTorch averages the attention weights it returns, Keras does not."""

import numpy as np

KERAS = """\
return_attention_scores=True: (batch, heads, T, S)
(keras/src/layers/attention/multi_head_attention.py, call)."""

PYTORCH = """\
average_attn_weights=True: the heads' mean, (batch, T, S)
(torch/nn/modules/activation.py, MultiheadAttention.forward)."""

FIX = """\
`average_attn_weights=False`, or ops.mean over axis 1 in Keras."""

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-14}


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
    _, scores = attention(x, x, return_attention_scores=True)
    return scores


def torch_default(x, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x = torch.from_numpy(x)
    _, weights = attention(x, x, x)
    return weights


def torch_as_keras(x, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x = torch.from_numpy(x)
    _, weights = attention(x, x, x, average_attn_weights=False)
    return weights


def keras_as_torch(x, in_proj, out_proj):
    from keras import layers, ops

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    _, scores = attention(x, x, return_attention_scores=True)
    return ops.mean(scores, axis=1)
