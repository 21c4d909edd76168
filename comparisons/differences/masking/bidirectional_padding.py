"""A bidirectional PyTorch LSTM begins its way back in the padding."""

import numpy as np

KERAS = """\
With a mask the backward half keeps its first state until it meets the text,
and both halves give zeros in the padding, which Bidirectional asks for
(keras/src/layers/rnn/bidirectional.py, force_zero_output_for_mask)."""

PYTORCH = """\
Without packing the padding comes first for the backward half, so that every
output of it depends on how long the batch is (torch/nn/modules/rnn.py)."""

FIX = """\
pack_padded_sequence and pad_packed_sequence; the zeros agree too."""

GAP = 0.3
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three sequences, the last two padded, and two LSTMs of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "lengths": np.array([6, 3, 1]),
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

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True, bidirectional=True)
    weights = kernels[0], recurrents[0], kernels[1], recurrents[1]
    for parameter, weight in zip(lstm.parameters(), weights, strict=True):
        parameter.data.copy_(torch.from_numpy(weight.T))
    out, _ = lstm(torch.from_numpy(x))
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
    out, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True)
    return out


def keras_as_torch(x, lengths, kernels, recurrents):
    from keras import layers

    half = layers.LSTM(5, return_sequences=True, use_bias=False)
    lstm = layers.Bidirectional(half)
    lstm.build(x.shape)
    lstm.set_weights([kernels[0], recurrents[0], kernels[1], recurrents[1]])
    return lstm(x)  # without the mask
