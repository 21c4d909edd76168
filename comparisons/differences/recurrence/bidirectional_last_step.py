"""The last step of a bidirectional PyTorch LSTM is not what Keras returns."""

import numpy as np

KERAS = """\
Without return_sequences each half gives its own last output; the backward
half's belongs to the first step (keras/src/layers/rnn/bidirectional.py)."""

PYTORCH = """\
`out[:, -1]` holds the backward half's first output, which has seen one step
only (torch/nn/modules/rnn.py, LSTM)."""

FIX = """\
`torch.cat([h_n[-2], h_n[-1]], dim=-1)`: both halves' last states."""

GAP = 0.2
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Sequences, and two LSTMs of five units, forwards and backwards."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "kernels": random.normal(scale=0.3, size=(2, 4, 20)),
        "recurrents": random.normal(scale=0.3, size=(2, 5, 20)),
    }


def keras_default(x, kernels, recurrents):
    from keras import layers

    lstm = layers.Bidirectional(layers.LSTM(5, use_bias=False))
    lstm.build(x.shape)
    lstm.set_weights([kernels[0], recurrents[0], kernels[1], recurrents[1]])
    return lstm(x)


def torch_default(x, kernels, recurrents):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True, bidirectional=True)
    weights = kernels[0], recurrents[0], kernels[1], recurrents[1]
    for parameter, weight in zip(lstm.parameters(), weights, strict=True):
        parameter.data.copy_(torch.from_numpy(weight.T))
    out, _ = lstm(torch.from_numpy(x))
    return out[:, -1]


def torch_as_keras(x, kernels, recurrents):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True, bidirectional=True)
    weights = kernels[0], recurrents[0], kernels[1], recurrents[1]
    for parameter, weight in zip(lstm.parameters(), weights, strict=True):
        parameter.data.copy_(torch.from_numpy(weight.T))
    _, (h_n, _) = lstm(torch.from_numpy(x))
    return torch.cat([h_n[-2], h_n[-1]], dim=-1)


def keras_as_torch(x, kernels, recurrents):
    from keras import layers

    half = layers.LSTM(5, return_sequences=True, use_bias=False)
    lstm = layers.Bidirectional(half)
    lstm.build(x.shape)
    lstm.set_weights([kernels[0], recurrents[0], kernels[1], recurrents[1]])
    return lstm(x)[:, -1]
