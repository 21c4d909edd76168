"""keras.layers.Attention does not divide the scores by sqrt(d)."""

import numpy as np

KERAS = """\
layers.Attention is Luong's: plain dot products; use_scale=True learns one
factor, from 1.0 on (keras/src/layers/attention/attention.py,
_calculate_scores). MultiHeadAttention does divide."""

PYTORCH = """\
F.scaled_dot_product_attention multiplies by 1/sqrt(d) unless it is given a
scale (torch/nn/functional.py)."""

FIX = """\
`scale=1.0`, or divide the query in Keras. Its list is query, value, key: see
`attention_argument_order`."""

GAP = 0.5
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Four queries, six keys and values, of eight features."""
    random = np.random.default_rng(0)
    return {
        "query": random.normal(size=(2, 4, 8)),
        "key": random.normal(size=(2, 6, 8)),
        "value": random.normal(size=(2, 6, 8)),
    }


def keras_default(query, key, value):
    from keras import layers

    return layers.Attention()([query, value, key])


def torch_default(query, key, value):
    import torch
    import torch.nn.functional as F

    q, k, v = map(torch.from_numpy, (query, key, value))
    return F.scaled_dot_product_attention(q, k, v)


def torch_as_keras(query, key, value):
    import torch
    import torch.nn.functional as F

    q, k, v = map(torch.from_numpy, (query, key, value))
    return F.scaled_dot_product_attention(q, k, v, scale=1.0)


def keras_as_torch(query, key, value):
    from keras import layers

    return layers.Attention()([query / 8**0.5, value, key])
