"""A query that may attend to nothing is NaN in nn.MultiheadAttention."""

import numpy as np

KERAS = """\
Masked scores become a large negative number, so that such a row is the plain
average of all values (keras/src/backend/tensorflow/nn.py, _apply_masks). With
dropout or return_attention_scores it is zeros
(keras/src/layers/activations/softmax.py)."""

PYTORCH = """\
Masked scores are -inf, whose softmax is 0/0; zeros with need_weights=False
(torch/nn/functional.py, multi_head_attention_forward)."""

FIX = """\
Give a float mask of -1e30 in place of True. Rows that the loss leaves out may
be anything but NaN."""

NOT_POSSIBLE = "A NaN is no answer that Keras should imitate."

GAP = float("inf")
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Two texts whose second step sees nothing, and two heads' weights."""
    random = np.random.default_rng(0)
    mask = np.ones((5, 5), bool)
    mask[1] = False
    return {
        "x": random.normal(size=(2, 5, 8)),
        "mask": mask,
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
    y, _ = attention(x, x, x, attn_mask=~mask)
    return y


def torch_as_keras(x, mask, in_proj, out_proj):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.in_proj_weight.data.copy_(torch.from_numpy(in_proj))
    attention.out_proj.weight.data.copy_(torch.from_numpy(out_proj))
    x, mask = torch.from_numpy(x), torch.from_numpy(mask)
    # -1e9 is too small in float64: the scores behind it would still count.
    y, _ = attention(x, x, x, attn_mask=torch.where(mask, 0.0, -1e30))
    return y
