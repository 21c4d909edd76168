"""key_dim of Keras attention is one head's size, embed_dim is all heads'."""

import numpy as np

KERAS = """\
MultiHeadAttention(num_heads, key_dim): each head projects to key_dim
features, together num_heads * key_dim
(keras/src/layers/attention/multi_head_attention.py, build)."""

PYTORCH = """\
MultiheadAttention(embed_dim, num_heads): embed_dim is split, so that a head
has embed_dim // num_heads (torch/nn/modules/activation.py)."""

FIX = """\
`key_dim=embed_dim // num_heads`. Other sizes need projections of one's own
around F.scaled_dot_product_attention: see the code."""

GAP = 3072.0  # of 4,096 weights
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """Two texts; all weights are 1/16, so that any shape can be filled."""
    return {"x": np.random.default_rng(0).normal(size=(2, 5, 16))}


def keras_default(x):
    import keras
    from keras import layers

    attention = layers.MultiHeadAttention(
        num_heads=4,
        key_dim=16,
        use_bias=False,
        kernel_initializer=keras.initializers.Constant(1 / 16),
    )
    return {"y": attention(x, x), "parameters": attention.count_params()}


def torch_default(x):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(16, 4, bias=False, batch_first=True)
    parameters = list(attention.parameters())
    for parameter in parameters:
        nn.init.constant_(parameter, 1 / 16)
    x = torch.from_numpy(x)
    y, _ = attention(x, x, x)
    return {"y": y, "parameters": sum(p.numel() for p in parameters)}


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Attention(nn.Module):
        def __init__(self, features, heads, key_dim):
            super().__init__()
            self.split = heads, key_dim
            width = heads * key_dim
            self.query = nn.Linear(features, width, bias=False)
            self.key = nn.Linear(features, width, bias=False)
            self.value = nn.Linear(features, width, bias=False)
            self.output = nn.Linear(width, features, bias=False)

        def forward(self, x):
            q, k, v = (
                project(x).unflatten(-1, self.split).transpose(1, 2)
                for project in (self.query, self.key, self.value)
            )
            y = F.scaled_dot_product_attention(q, k, v)
            return self.output(y.transpose(1, 2).flatten(2))

    attention = Attention(16, heads=4, key_dim=16)
    parameters = list(attention.parameters())
    for parameter in parameters:
        nn.init.constant_(parameter, 1 / 16)
    y = attention(torch.from_numpy(x))
    return {"y": y, "parameters": sum(p.numel() for p in parameters)}


def keras_as_torch(x):
    import keras
    from keras import layers

    attention = layers.MultiHeadAttention(
        num_heads=4,
        key_dim=16 // 4,
        use_bias=False,
        kernel_initializer=keras.initializers.Constant(1 / 16),
    )
    return {"y": attention(x, x), "parameters": attention.count_params()}
