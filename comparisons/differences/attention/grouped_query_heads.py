"""PyTorch attention refuses fewer key heads than query heads."""

import numpy as np

KERAS = """\
ops.dot_product_attention repeats key and value heads to fit the queries', as
GroupedQueryAttention needs (keras/src/backend/tensorflow/nn.py)."""

PYTORCH = """\
enable_gqa=False: head counts must be equal, or one
(torch/nn/functional.py, scaled_dot_product_attention)."""

FIX = """\
`enable_gqa=True`. Both repeat each key head for neighbouring queries."""

NOT_POSSIBLE = "PyTorch gives no answer that Keras could imitate."

GAP = float("inf")
CLOSED = {"float32": 3e-6, "float64": 1e-13}


def inputs():
    """Two texts of five steps, four query heads, two of keys and values."""
    random = np.random.default_rng(0)
    return {
        "query": random.normal(size=(2, 5, 4, 4)),
        "key": random.normal(size=(2, 5, 2, 4)),
        "value": random.normal(size=(2, 5, 2, 4)),
    }


def keras_default(query, key, value):
    from keras import ops

    return ops.dot_product_attention(query, key, value)


def torch_default(query, key, value):
    import torch
    import torch.nn.functional as F

    q, k, v = (torch.from_numpy(x).transpose(1, 2) for x in (query, key, value))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2)


def torch_as_keras(query, key, value):
    import torch
    import torch.nn.functional as F

    q, k, v = (torch.from_numpy(x).transpose(1, 2) for x in (query, key, value))
    y = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    return y.transpose(1, 2)
