"""The same arrays give other attention in keras.ops than in torch F."""

import numpy as np

KERAS = """\
ops.dot_product_attention takes (batch, time, heads, features)
(keras/src/ops/nn.py)."""

PYTORCH = """\
F.scaled_dot_product_attention takes (batch, heads, time, features), and
attends over the axis before the last, whatever it holds
(torch/nn/functional.py)."""

FIX = """\
Swap axes 1 and 2 of query, key, value and the result."""

GAP = 1.0
CLOSED = {"float32": 3e-6, "float64": 1e-13}


def inputs():
    """Two texts of five steps, two heads of four features."""
    random = np.random.default_rng(0)
    return {
        "query": random.normal(size=(2, 5, 2, 4)),
        "key": random.normal(size=(2, 5, 2, 4)),
        "value": random.normal(size=(2, 5, 2, 4)),
    }


def keras_default(query, key, value):
    from keras import ops

    return ops.dot_product_attention(query, key, value)


def torch_default(query, key, value):
    import torch
    import torch.nn.functional as F

    q, k, v = map(torch.from_numpy, (query, key, value))
    return F.scaled_dot_product_attention(q, k, v)


def torch_as_keras(query, key, value):
    import torch
    import torch.nn.functional as F

    q, k, v = (torch.from_numpy(x).transpose(1, 2) for x in (query, key, value))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2)


def keras_as_torch(query, key, value):
    from keras import ops

    q, k, v = (ops.swapaxes(x, 1, 2) for x in (query, key, value))
    return ops.swapaxes(ops.dot_product_attention(q, k, v), 1, 2)
