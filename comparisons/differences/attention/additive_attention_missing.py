"""PyTorch has no additive attention, Bahdanau's."""

import numpy as np

KERAS = """\
layers.AdditiveAttention: a learned weighted sum over tanh(query + key), and
no projections (keras/src/layers/attention/additive_attention.py)."""

PYTORCH = """\
torch.nn has dot products only (torch/nn/modules/activation.py)."""

FIX = """\
Three lines: see the code. For masks add masked_fill before the softmax."""

NOT_POSSIBLE = "There is no such layer in PyTorch that Keras could imitate."

GAP = float("inf")
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Four queries, six keys and values, and the weights of the sum."""
    random = np.random.default_rng(0)
    return {
        "query": random.normal(size=(2, 4, 8)),
        "key": random.normal(size=(2, 6, 8)),
        "value": random.normal(size=(2, 6, 8)),
        "scale": random.normal(size=(8,)),
    }


def keras_default(query, key, value, scale):
    from keras import layers

    attention = layers.AdditiveAttention()
    attention.build([query.shape, value.shape, key.shape])
    attention.set_weights([scale])
    return attention([query, value, key])


def torch_default(query, key, value, scale):
    import torch
    from torch import nn

    attention = nn.AdditiveAttention(8)
    q, k, v = map(torch.from_numpy, (query, key, value))
    return attention(q, k, v)


def torch_as_keras(query, key, value, scale):
    import torch
    from torch import nn

    class AdditiveAttention(nn.Module):
        def __init__(self, features):
            super().__init__()
            self.scale = nn.Parameter(torch.empty(features))

        def forward(self, query, key, value):
            sums = torch.tanh(query[:, :, None] + key[:, None])
            return (sums @ self.scale).softmax(-1) @ value

    attention = AdditiveAttention(8)
    attention.scale.data.copy_(torch.from_numpy(scale))
    q, k, v = map(torch.from_numpy, (query, key, value))
    return attention(q, k, v)
