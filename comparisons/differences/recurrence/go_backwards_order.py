"""A Keras RNN with go_backwards returns its sequence reversed."""

import numpy as np

KERAS = """\
go_backwards=True reads the sequence from its end and returns the outputs in
the order of reading; only Bidirectional turns them round
(keras/src/backend/tensorflow/rnn.py)."""

PYTORCH = """\
The backward half of a bidirectional nn.LSTM, and whoever flips input and
output, has the outputs in the order of the inputs (torch/nn/modules/rnn.py)."""

FIX = """\
Run on `x.flip(1)` and leave the result as it is; or flip Keras' output."""

GAP = 0.2
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Sequences, and an LSTM of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
    }


def keras_default(x, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(
        5, go_backwards=True, return_sequences=True, use_bias=False
    )
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x)


def torch_default(x, kernel, recurrent):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    y, _ = lstm(torch.from_numpy(x).flip(1))
    return y.flip(1)


def torch_as_keras(x, kernel, recurrent):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    y, _ = lstm(torch.from_numpy(x).flip(1))
    return y


def keras_as_torch(x, kernel, recurrent):
    from keras import layers, ops

    lstm = layers.LSTM(
        5, go_backwards=True, return_sequences=True, use_bias=False
    )
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return ops.flip(lstm(x), axis=1)
