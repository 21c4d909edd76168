"""A padding mask marks words in Keras and padding in PyTorch."""

import numpy as np

KERAS = """\
key_mask and value_mask: True where there is a word, as compute_mask of an
Embedding has it (keras/src/layers/attention/multi_head_attention.py)."""

PYTORCH = """\
key_padding_mask, and src_key_padding_mask of a Transformer: True where there
is none (torch/nn/modules/activation.py)."""

FIX = """\
`key_padding_mask=~mask`, or `ids == 0`."""

GAP = 1.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Two texts, padded by one and two steps, and two heads' weights."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(2, 5, 8)),
        "mask": np.array([[1, 1, 1, 1, 0], [1, 1, 1, 0, 0]], bool),
        "in_proj": random.normal(scale=0.4, size=(24, 8)),
        "out_proj": random.normal(scale=0.4, size=(8, 8)),
    }


def keras_default(x, mask, in_proj, out_proj):
    from keras import layers

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    return attention(x, x, key_mask=mask)


def torch_default(x, mask, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x, mask = torch.from_numpy(x), torch.from_numpy(mask)
    y, _ = attention(x, x, x, key_padding_mask=mask)
    return y


def torch_as_keras(x, mask, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x, mask = torch.from_numpy(x), torch.from_numpy(mask)
    y, _ = attention(x, x, x, key_padding_mask=~mask)
    return y


def keras_as_torch(x, mask, in_proj, out_proj):
    from keras import layers

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    return attention(x, x, key_mask=~mask)
