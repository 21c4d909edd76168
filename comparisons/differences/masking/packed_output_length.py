"""A packed PyTorch sequence comes back shorter than it went in."""

import numpy as np

KERAS = """\
A masked sequence keeps all its steps (keras/src/layers/rnn/rnn.py,
compute_output_shape)."""

PYTORCH = """\
pad_packed_sequence pads to the longest text of the batch
(torch/nn/utils/rnn.py)."""

FIX = """\
Say how long the padded output shall be: `pad_packed_sequence(packed,
batch_first=True, total_length=x.shape[1])`."""

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three sequences of at most four steps, padded to six, and LSTMs."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "lengths": np.array([4, 3, 1]),
        "kernels": random.normal(scale=0.3, size=(2, 4, 20)),
        "recurrents": random.normal(scale=0.3, size=(2, 5, 20)),
    }


def keras_default(x, lengths, kernels, recurrents):
    from keras import layers

    half = layers.LSTM(5, return_sequences=True, use_bias=False)
    lstm = layers.Bidirectional(half)
    lstm.build(x.shape)
    lstm.set_weights([kernels[0], recurrents[0], kernels[1], recurrents[1]])
    return lstm(x, mask=np.arange(6) < lengths[:, None])


def torch_default(x, lengths, kernels, recurrents):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True, bidirectional=True)
    weights = kernels[0], recurrents[0], kernels[1], recurrents[1]
    for parameter, weight in zip(lstm.parameters(), weights, strict=True):
        parameter.data.copy_(torch.from_numpy(weight.T))
    packed = pack_padded_sequence(
        torch.from_numpy(x), lengths, batch_first=True, enforce_sorted=False
    )
    out, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True)
    return out


def torch_as_keras(x, lengths, kernels, recurrents):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True, bidirectional=True)
    weights = kernels[0], recurrents[0], kernels[1], recurrents[1]
    for parameter, weight in zip(lstm.parameters(), weights, strict=True):
        parameter.data.copy_(torch.from_numpy(weight.T))
    packed = pack_padded_sequence(
        torch.from_numpy(x), lengths, batch_first=True, enforce_sorted=False
    )
    out, _ = pad_packed_sequence(
        lstm(packed)[0], batch_first=True, total_length=x.shape[1]
    )
    return out


def keras_as_torch(x, lengths, kernels, recurrents):
    from keras import layers

    half = layers.LSTM(5, return_sequences=True, use_bias=False)
    lstm = layers.Bidirectional(half)
    lstm.build(x.shape)
    lstm.set_weights([kernels[0], recurrents[0], kernels[1], recurrents[1]])
    y = lstm(x, mask=np.arange(6) < lengths[:, None])
    return y[:, : max(lengths)]
