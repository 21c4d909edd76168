"""A PyTorch LSTM has more parameters and its bias moves twice as fast."""

import numpy as np

KERAS = """\
One bias for each gate (keras/src/layers/rnn/lstm.py, build)."""

PYTORCH = """\
Two, bias_ih and bias_hh, which are added; both are trained, so each step
moves their sum twice as far (torch/nn/modules/rnn.py)."""

FIX = """\
Put Keras' bias into bias_ih_l0, set bias_hh_l0 to zero and freeze it:
`lstm.bias_hh_l0.requires_grad_(False)`."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """Sequences, their targets, and an LSTM of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "y": random.normal(scale=3.0, size=(3, 5)),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
        "bias": random.normal(scale=0.3, size=(20,)),
    }


def keras_default(x, y, kernel, recurrent, bias):
    import keras
    from keras import layers

    lstm = layers.LSTM(5)
    model = keras.Sequential([keras.Input((6, 4)), lstm])
    lstm.set_weights([kernel, recurrent, bias])
    model.compile(keras.optimizers.SGD(0.5), "mse", run_eagerly=True)
    model.train_on_batch(x, y)
    return lstm.get_weights()[2]


def torch_default(x, y, kernel, recurrent, bias):
    import torch
    import torch.nn.functional as F
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
    optimizer = torch.optim.SGD(lstm.parameters(), lr=0.5)
    _, (h, _) = lstm(torch.from_numpy(x))
    F.mse_loss(h[-1], torch.from_numpy(y)).backward()
    optimizer.step()
    return lstm.bias_ih_l0 + lstm.bias_hh_l0


def torch_as_keras(x, y, kernel, recurrent, bias):
    import torch
    import torch.nn.functional as F
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
    lstm.bias_hh_l0.requires_grad_(False)
    optimizer = torch.optim.SGD(lstm.parameters(), lr=0.5)
    _, (h, _) = lstm(torch.from_numpy(x))
    F.mse_loss(h[-1], torch.from_numpy(y)).backward()
    optimizer.step()
    return lstm.bias_ih_l0 + lstm.bias_hh_l0


def keras_as_torch(x, y, kernel, recurrent, bias):
    import keras
    from keras import layers, ops

    class TwoBiases(layers.LSTMCell):
        def build(self, input_shape):
            super().build(input_shape)
            self.bias_hh = self.add_weight(
                shape=self.bias.shape, initializer="zeros", name="bias_hh"
            )

        def call(self, inputs, states):
            h, c = states
            gates = ops.matmul(inputs, self.kernel) + self.bias
            gates += ops.matmul(h, self.recurrent_kernel) + self.bias_hh
            i, f, g, o = ops.split(gates, 4, axis=-1)
            c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
            h = ops.sigmoid(o) * ops.tanh(c)
            return h, [h, c]

    lstm = layers.RNN(TwoBiases(5))
    model = keras.Sequential([keras.Input((6, 4)), lstm])
    lstm.set_weights([kernel, recurrent, bias, np.zeros(20)])
    model.compile(keras.optimizers.SGD(0.5), "mse", run_eagerly=True)
    model.train_on_batch(x, y)
    return lstm.get_weights()[2] + lstm.get_weights()[3]
