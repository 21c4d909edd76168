"""Padding in front of a text changes a PyTorch LSTM's state, not Keras'."""

import numpy as np

KERAS = """\
Masked steps in front leave the zero state as it is
(keras/src/backend/tensorflow/rnn.py, rnn; on a GPU it takes use_cudnn=False,
as cuDNN masks what lies behind only)."""

PYTORCH = """\
nn.LSTM reads the padding like any other step, and a PackedSequence counts
from the first one (torch/nn/utils/rnn.py)."""

FIX = """\
Roll each text to the front and pack it, or pad behind the text from the
start: pad_sequences(..., padding="post")."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three sequences, the last two padded in front, and an LSTM."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "mask": np.arange(6) >= np.array([[0], [3], [5]]),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
    }


def keras_default(x, mask, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, use_bias=False, use_cudnn=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x, mask=mask)


def torch_default(x, mask, kernel, recurrent):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    _, (h, _) = lstm(torch.from_numpy(x))
    return h[-1]


def torch_as_keras(x, mask, kernel, recurrent):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    lengths = mask.sum(1).tolist()
    rows = zip(torch.from_numpy(x), lengths, strict=True)
    x = torch.stack([row.roll(length, 0) for row, length in rows])
    packed = pack_padded_sequence(
        x, lengths, batch_first=True, enforce_sorted=False
    )
    _, (h, _) = lstm(packed)
    return h[-1]


def keras_as_torch(x, mask, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, use_bias=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x)  # without the mask
