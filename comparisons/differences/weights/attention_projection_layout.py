"""MultiHeadAttention weights copied to PyTorch attend to something else."""

import numpy as np

KERAS = """\
Query, key and value kernels are (features, heads, key_dim), the output's is
(heads, key_dim, features)
(keras/src/layers/attention/multi_head_attention.py, build)."""

PYTORCH = """\
in_proj_weight is (3 * features, features), query over key over value, each
transposed; so is out_proj.weight (torch/nn/modules/activation.py)."""

FIX = """\
Join heads and key_dim, transpose each kernel, stack them: see the code. Only
layers with heads * key_dim = features fit nn.MultiheadAttention."""

GAP = 2.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Query, key and value kernels and the output's: two heads of four."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(2, 5, 8)),
        "kernels": random.normal(scale=0.4, size=(3, 8, 2, 4)),
        "output": random.normal(scale=0.4, size=(2, 4, 8)),
    }


def keras_default(x, kernels, output):
    from keras import layers

    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    attention.set_weights([*kernels, output])
    return attention(x, x)


def torch_default(x, kernels, output):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    attention.load_state_dict(
        {
            "in_proj_weight": torch.from_numpy(kernels).reshape(24, 8),
            "out_proj.weight": torch.from_numpy(output).reshape(8, 8),
        }
    )
    x = torch.from_numpy(x)
    return attention(x, x, x)[0]


def torch_as_keras(x, kernels, output):
    import torch
    from torch import nn

    attention = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    rows = [torch.from_numpy(kernel).reshape(8, 8).T for kernel in kernels]
    attention.load_state_dict(
        {
            "in_proj_weight": torch.cat(rows),
            "out_proj.weight": torch.from_numpy(output).reshape(8, 8).T,
        }
    )
    x = torch.from_numpy(x)
    return attention(x, x, x)[0]


def keras_as_torch(x, kernels, output):
    from keras import layers

    in_proj, out_proj = (
        kernels.reshape(24, 8),
        output.reshape(8, 8),
    )  # PyTorch's
    attention = layers.MultiHeadAttention(2, key_dim=4, use_bias=False)
    attention.build(x.shape, x.shape)
    rows = np.split(in_proj, 3)
    attention.set_weights(
        [*(row.T.reshape(8, 2, 4) for row in rows), out_proj.T.reshape(2, 4, 8)]
    )
    return attention(x, x)
