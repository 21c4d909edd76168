"""Keras attention after Embedding(mask_zero=True) skips padding unasked."""

import numpy as np

KERAS = """\
MultiHeadAttention finds the masks of its inputs and lets nobody attend to
padding (keras/src/layers/attention/multi_head_attention.py,
_compute_attention_mask). An explicit query_mask is overwritten."""

PYTORCH = """\
Nothing is masked but by key_padding_mask; padding_idx masks nothing
(torch/nn/modules/activation.py)."""

FIX = """\
`key_padding_mask=ids == 0`. Padded queries still differ, Keras masks their
whole rows: see `fully_masked_rows`; compare words only."""

GAP = 1.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Two texts, one padded, an embedding and two heads' weights."""
    random = np.random.default_rng(0)
    return {
        "ids": np.array([[1, 2, 3, 0, 0], [1, 2, 3, 4, 5]]),
        "table": random.normal(size=(6, 8)),
        "in_proj": random.normal(scale=0.4, size=(24, 8)),
        "out_proj": random.normal(scale=0.4, size=(8, 8)),
    }


def keras_default(ids, table, in_proj, out_proj):
    from keras import layers

    embedding = layers.Embedding(6, 8, mask_zero=True, weights=[table])
    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build((2, 5, 8), (2, 5, 8))
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    x = embedding(ids)
    return attention(x, x)[ids != 0]


def torch_default(ids, table, in_proj, out_proj):
    import torch
    from torch import nn

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    ids = torch.from_numpy(ids)
    x = embedding(ids)
    y, _ = attention(x, x, x)
    return y[ids != 0]


def torch_as_keras(ids, table, in_proj, out_proj):
    import torch
    from torch import nn

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    ids = torch.from_numpy(ids)
    x = embedding(ids)
    y, _ = attention(x, x, x, key_padding_mask=ids == 0)
    return y[ids != 0]


def keras_as_torch(ids, table, in_proj, out_proj):
    from keras import layers

    embedding = layers.Embedding(6, 8, weights=[table])  # mask_zero=False
    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build((2, 5, 8), (2, 5, 8))
    kernels = in_proj.reshape(3, 2, 4, 8).transpose(0, 3, 1, 2)
    attention.set_weights([*kernels, out_proj.T.reshape(2, 4, 8)])
    x = embedding(ids)
    return attention(x, x)[ids != 0]
