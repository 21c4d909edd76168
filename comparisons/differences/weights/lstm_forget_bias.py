"""A PyTorch LSTM forgets from the start: its forget bias is 0, not 1."""

KERAS = """\
`unit_forget_bias=True`: the forget gate's bias begins at 1, the others at 0
(keras/src/layers/rnn/lstm.py, LSTMCell.build)."""

PYTORCH = """\
Two biases, each uniform within 1/sqrt(units), for all gates
(torch/nn/modules/rnn.py, RNNBase.reset_parameters)."""

FIX = """\
Zero both biases, then set the second quarter of bias_ih to 1; not of both,
as they are added."""

GAP = 0.9
# Random numbers never agree: the mean of 256 sums of two biases is known by
# 3e-3, and there are four.
CLOSED = {"float32": 0.02, "float64": 0.02}


def inputs():
    """Nothing: the layers draw their weights."""
    return {}


def keras_default():
    from keras import layers, ops

    lstm = layers.LSTM(256)
    lstm.build((None, None, 16))
    gates = ops.reshape(lstm.cell.bias, (4, 256))  # i, f, c, o
    return {"mean": ops.mean(gates, axis=1), "spread": ops.std(gates, axis=1)}


def torch_default():
    from torch import nn

    lstm = nn.LSTM(16, 256)
    gates = (lstm.bias_ih_l0 + lstm.bias_hh_l0).view(4, 256)
    return {"mean": gates.mean(1), "spread": gates.std(1)}


def torch_as_keras():
    import torch
    from torch import nn

    lstm = nn.LSTM(16, 256)
    with torch.no_grad():
        lstm.bias_ih_l0.zero_()
        lstm.bias_ih_l0[256:512] = 1.0
        lstm.bias_hh_l0.zero_()
    gates = (lstm.bias_ih_l0 + lstm.bias_hh_l0).view(4, 256)
    return {"mean": gates.mean(1), "spread": gates.std(1)}


def keras_as_torch():
    import keras
    from keras import layers, ops

    def two_biases(shape, dtype=None):
        uniform, limit = keras.initializers.RandomUniform, 256**-0.5
        one, other = uniform(-limit, limit), uniform(-limit, limit)
        return one(shape, dtype=dtype) + other(shape, dtype=dtype)

    lstm = layers.LSTM(256, unit_forget_bias=False, bias_initializer=two_biases)
    lstm.build((None, None, 16))
    gates = ops.reshape(lstm.cell.bias, (4, 256))
    return {"mean": ops.mean(gates, axis=1), "spread": ops.std(gates, axis=1)}
