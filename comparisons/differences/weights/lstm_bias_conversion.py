"""An LSTM converted with its bias gives other outputs in PyTorch."""

import numpy as np

KERAS = """\
One bias for the gates i, f, c, o (keras/src/layers/rnn/lstm.py, LSTMCell)."""

PYTORCH = """\
The same gates in the same order, but two biases, bias_ih and bias_hh, which
are added (torch/nn/modules/rnn.py, LSTM)."""

FIX = """\
Transpose both kernels, put Keras' bias into bias_ih and zeros into bias_hh:
in both, it counts twice. Back, add the two. See `lstm_two_biases` too."""

GAP = 0.2
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """Sequences, and the weights of an LSTM of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
        "bias": random.normal(scale=0.3, size=(20,)),
    }


def keras_default(x, kernel, recurrent, bias):
    from keras import layers

    lstm = layers.LSTM(5, return_sequences=True)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent, bias])
    return lstm(x)


def torch_default(x, kernel, recurrent, bias):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 5, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
            "bias_ih_l0": torch.from_numpy(bias),
            "bias_hh_l0": torch.from_numpy(bias),
        }
    )
    return lstm(torch.from_numpy(x))[0]


def torch_as_keras(x, kernel, recurrent, bias):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 5, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
            "bias_ih_l0": torch.from_numpy(bias),
            "bias_hh_l0": torch.zeros(20),
        }
    )
    return lstm(torch.from_numpy(x))[0]


def keras_as_torch(x, kernel, recurrent, bias):
    from keras import layers

    bias_ih, bias_hh = bias, bias  # as the PyTorch model has them
    lstm = layers.LSTM(5, return_sequences=True)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent, bias_ih + bias_hh])
    return lstm(x)
