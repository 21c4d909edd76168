"""Attention over nothing is an average in Keras and zero in PyTorch."""

import numpy as np

KERAS = """\
ops.dot_product_attention replaces masked scores by a large negative number:
a row without any key averages all values
(keras/src/backend/tensorflow/nn.py, _apply_masks)."""

PYTORCH = """\
F.scaled_dot_product_attention masks by -inf, and returns zeros for a row
without any key (torch/nn/functional.py)."""

FIX = """\
Pass a float mask of -1e30 in PyTorch, or zero the rows in Keras. Multi-head
layers differ too: see `fully_masked_rows`."""

GAP = 0.5
CLOSED = {"float32": 3e-6, "float64": 1e-13}


def inputs():
    """Two texts, two heads; the second step of either text sees nothing."""
    random = np.random.default_rng(0)
    mask = np.ones((5, 5), bool)
    mask[1] = False
    return {
        "query": random.normal(size=(2, 5, 2, 4)),
        "key": random.normal(size=(2, 5, 2, 4)),
        "value": random.normal(size=(2, 5, 2, 4)),
        "mask": mask,
    }


def keras_default(query, key, value, mask):
    from keras import ops

    return ops.dot_product_attention(query, key, value, mask=mask[None, None])


def torch_default(query, key, value, mask):
    import torch
    import torch.nn.functional as F

    q, k, v = (torch.from_numpy(x).transpose(1, 2) for x in (query, key, value))
    mask = torch.from_numpy(mask)
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return y.transpose(1, 2)


def torch_as_keras(query, key, value, mask):
    import torch
    import torch.nn.functional as F

    q, k, v = (torch.from_numpy(x).transpose(1, 2) for x in (query, key, value))
    mask = torch.where(torch.from_numpy(mask), 0.0, -1e30)
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return y.transpose(1, 2)


def keras_as_torch(query, key, value, mask):
    from keras import ops

    y = ops.dot_product_attention(query, key, value, mask=mask[None, None])
    seen = ops.any(mask, axis=-1)[:, None, None]
    return ops.where(seen, y, 0.0)
