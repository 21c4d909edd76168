"""A SimpleRNN copied into nn.RNN gives other sequences."""

import numpy as np

KERAS = """\
kernel (inputs, units), recurrent_kernel (units, units), one bias
(keras/src/layers/rnn/simple_rnn.py, SimpleRNNCell.build)."""

PYTORCH = """\
weight_ih (units, inputs), weight_hh (units, units), two biases
(torch/nn/modules/rnn.py, RNN)."""

FIX = """\
Transpose both: the recurrent one is always square, so nothing tells that it
was forgotten. Keras' bias goes into bias_ih, zeros into bias_hh."""

GAP = 1.0
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """As many inputs as units: both kernels are square."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 5)),
        "kernel": random.normal(scale=0.3, size=(5, 5)),
        "recurrent": random.normal(scale=0.3, size=(5, 5)),
        "bias": random.normal(scale=0.3, size=(5,)),
    }


def keras_default(x, kernel, recurrent, bias):
    from keras import layers

    rnn = layers.SimpleRNN(5, return_sequences=True)
    rnn.build(x.shape)
    rnn.set_weights([kernel, recurrent, bias])
    return rnn(x)


def torch_default(x, kernel, recurrent, bias):
    import torch
    from torch import nn

    rnn = nn.RNN(5, 5, batch_first=True)
    rnn.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel),
            "weight_hh_l0": torch.from_numpy(recurrent),
            "bias_ih_l0": torch.from_numpy(bias),
            "bias_hh_l0": torch.zeros(5),
        }
    )
    return rnn(torch.from_numpy(x))[0]


def torch_as_keras(x, kernel, recurrent, bias):
    import torch
    from torch import nn

    rnn = nn.RNN(5, 5, batch_first=True)
    rnn.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
            "bias_ih_l0": torch.from_numpy(bias),
            "bias_hh_l0": torch.zeros(5),
        }
    )
    return rnn(torch.from_numpy(x))[0]


def keras_as_torch(x, kernel, recurrent, bias):
    from keras import layers

    rnn = layers.SimpleRNN(5, return_sequences=True)
    rnn.build(x.shape)
    rnn.set_weights([kernel.T, recurrent.T, bias])
    return rnn(x)
