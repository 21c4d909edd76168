"""is_causal=True alone does not mask the future in PyTorch."""

import numpy as np

KERAS = """\
use_causal_mask=True is all it takes
(keras/src/layers/attention/multi_head_attention.py, call)."""

PYTORCH = """\
In nn.MultiheadAttention is_causal only says that attn_mask is causal. Without
one, training raises an error and evaluation's fast path attends to the future
(torch/nn/modules/activation.py, MultiheadAttention.forward)."""

FIX = """\
Pass the mask too, `torch.ones(T, T, dtype=torch.bool).triu(1)`. For
F.scaled_dot_product_attention is_causal=True is enough."""

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
    return attention(x, x, use_causal_mask=True)


def torch_default(x, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, batch_first=True)  # biases are 0
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x = torch.from_numpy(x)
    with torch.no_grad():
        y, _ = attention.eval()(x, x, x, is_causal=True)
    return y


def torch_as_keras(x, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x = torch.from_numpy(x)
    future = torch.ones(5, 5, dtype=torch.bool).triu(1)
    with torch.no_grad():
        y, _ = attention.eval()(x, x, x, attn_mask=future, is_causal=True)
    return y


def keras_as_torch(x, in_proj, out_proj):
    from keras import layers

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    return attention(x, x)
