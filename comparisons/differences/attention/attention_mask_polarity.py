"""True in an attention mask means attend in Keras and do not in PyTorch."""

import numpy as np

KERAS = """\
attention_mask: True where a query may attend to a key; (batch, T, S)
(keras/src/layers/attention/multi_head_attention.py, call)."""

PYTORCH = """\
nn.MultiheadAttention's attn_mask: True where it may not; (T, S) or (batch *
heads, T, S). F.scaled_dot_product_attention has it Keras' way round
(torch/nn/functional.py)."""

FIX = """\
`attn_mask=~mask`; where it differs by text, repeat it for each head:
`(~mask).repeat_interleave(heads, 0)`."""

GAP = 1.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Two texts in which every step sees its neighbours, and two heads."""
    random = np.random.default_rng(0)
    steps = np.arange(5)
    return {
        "x": random.normal(size=(2, 5, 8)),
        "mask": abs(steps - steps[:, None]) <= 1,
        "in_proj": random.normal(scale=0.4, size=(24, 8)),
        "out_proj": random.normal(scale=0.4, size=(8, 8)),
    }


def keras_default(x, mask, in_proj, out_proj):
    from keras import layers

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    return attention(x, x, attention_mask=mask[None])


def torch_default(x, mask, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x, mask = torch.from_numpy(x), torch.from_numpy(mask)
    y, _ = attention(x, x, x, attn_mask=mask)
    return y


def torch_as_keras(x, mask, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x, mask = torch.from_numpy(x), torch.from_numpy(mask)
    y, _ = attention(x, x, x, attn_mask=~mask)
    return y


def keras_as_torch(x, mask, in_proj, out_proj):
    from keras import layers

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    return attention(x, x, attention_mask=~mask[None])
