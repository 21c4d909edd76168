"""A PyTorch LSTM or GRU does not start with orthogonal recurrent weights."""

KERAS = """\
`recurrent_initializer="orthogonal"`: the kernel (units, 4 * units) has all its
singular values 1 (keras/src/layers/rnn/lstm.py)."""

PYTORCH = """\
Uniform within 1/sqrt(units): singular values between 0.6 and 1.7
(torch/nn/modules/rnn.py, RNNBase.reset_parameters)."""

FIX = """\
`nn.init.orthogonal_(lstm.weight_hh_l0)`, all gates at once: see
`orthogonal_per_gate`."""

GAP = 0.2
# Random numbers never agree: these are the mean and the spread of the singular
# values of a uniform matrix, which vary by about 1/units.
CLOSED = {"float32": 0.01, "float64": 0.01}


def inputs():
    """Nothing: the layers draw their weights."""
    return {}


def keras_default():
    from keras import layers, ops

    lstm = layers.LSTM(128)
    lstm.build((None, None, 16))
    values = ops.svd(lstm.cell.recurrent_kernel, compute_uv=False)
    return {"mean": ops.mean(values), "spread": ops.std(values)}


def torch_default():
    import torch
    from torch import nn

    lstm = nn.LSTM(16, 128)
    values = torch.linalg.svdvals(lstm.weight_hh_l0)
    return {"mean": values.mean(), "spread": values.std()}


def torch_as_keras():
    import torch
    from torch import nn

    lstm = nn.LSTM(16, 128)
    nn.init.orthogonal_(lstm.weight_hh_l0)
    values = torch.linalg.svdvals(lstm.weight_hh_l0)
    return {"mean": values.mean(), "spread": values.std()}


def keras_as_torch():
    import keras
    from keras import layers, ops

    limit = 128**-0.5
    uniform = keras.initializers.RandomUniform(-limit, limit)
    lstm = layers.LSTM(128, recurrent_initializer=uniform)
    lstm.build((None, None, 16))
    values = ops.svd(lstm.cell.recurrent_kernel, compute_uv=False)
    return {"mean": ops.mean(values), "spread": ops.std(values)}
